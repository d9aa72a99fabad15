// What can go wrong. Every error says whether points were charged.

/** @typedef {'no' | 'yes' | 'unknown'} Charge */
/** @typedef {{ url: string, format?: string, duration?: string }} Media */
/**
 * @typedef {object} Details
 * @property {Charge} [charge] whether points were charged; `no` by default
 * @property {string} [code] what went wrong, as a word for programs
 * @property {string} [jobId] what `resume` takes
 * @property {string} [taskId] the service's id of the task
 * @property {Media[]} [medias] clips that are ready all the same
 * @property {string} [help] a page where the cause can be mended
 * @property {{ modelId: string, modelName: string, points: number }[]} [alternatives] other models
 * @property {unknown} [cause] what caused it
 */

/** What every error of this package is. */
export class ImaError extends Error {
  /**
   * @param {string} message
   * @param {Details} [details]
   */
  constructor(message, { cause, ...details } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    /** @type {Charge} Whether points were charged. */
    this.charge = details.charge ?? 'no';
    /** @type {string} What went wrong, as a word for programs. */
    this.code = details.code ?? 'other';
    /** @type {string | undefined} What `resume` takes. */
    this.jobId = details.jobId;
    /** @type {string | undefined} The service's id of the task. */
    this.taskId = details.taskId;
    /** @type {Media[]} Clips that are ready all the same. */
    this.medias = details.medias ?? [];
    /** @type {string | undefined} A page where the cause can be mended. */
    this.help = details.help;
    /** @type {{ modelId: string, modelName: string, points: number }[]} Other models, at today's prices. */
    this.alternatives = details.alternatives ?? [];
  }
}

/** A wrong option, parameter, model or key of a purchase. Nothing was sent. */
export class InvalidRequest extends ImaError {}
/** The API key is missing, wrong or revoked. */
export class Unauthorized extends ImaError {}
/** Too few points, or a subscription that doesn't cover the request. */
export class PaymentRequired extends ImaError {}
/** The price is above the budget or a ceiling, or it rose. */
export class OverBudget extends ImaError {}
/** The service refused the request. */
export class Refused extends ImaError {}
/** The service can't be reached, is busy or doesn't answer readably. */
export class Unavailable extends ImaError {}
/** The create request may have been accepted. It is never sent again by itself. */
export class OutcomeUnknown extends ImaError {}
/** The service could not finish the task. */
export class TaskFailed extends ImaError {}
/** The task is paid and goes on: `resume` costs nothing. */
export class NotFinished extends ImaError {}
/** The caller stopped waiting. A task that exists goes on. */
export class Cancelled extends ImaError {}
/** A job can't be read or written. */
export class StoreError extends ImaError {}
/** An audio file can't be fetched or saved. */
export class DownloadError extends ImaError {}

/** @type {Record<string, typeof ImaError>} */
const BY_CODE = {
  unauthorized: Unauthorized,
  'insufficient-points': PaymentRequired,
  'subscription-required': PaymentRequired,
  'unknown-model': InvalidRequest,
  invalid: InvalidRequest,
  'over-budget': OverBudget,
  'price-changed': OverBudget,
  'no-price': Refused,
  refused: Refused,
  'rate-limited': Unavailable,
  unavailable: Unavailable,
  network: Unavailable,
  'outcome-unknown': OutcomeUnknown,
  'task-failed': TaskFailed,
  'unknown-task': NotFinished,
  deadline: NotFinished,
  cancelled: Cancelled,
};

/**
 * The error of this code.
 * @param {string} code
 * @param {string} message
 * @param {Details} details
 */
export function errorOf(code, message, details) {
  return new (BY_CODE[code] ?? ImaError)(message, { ...details, code });
}

/**
 * The error of a failure of the machine.
 * @param {any} failure
 * @param {Details} [more]
 */
export function ofFailure(failure, more) {
  const { cause, message, charge, help, taskId, medias, alternatives } = failure;
  const details = { charge, help, taskId, medias, alternatives, ...more };
  const { field, given, allowed } = cause.val ?? {};
  const named = cause.tag === 'invalid' ? `${message} (${field}: ${given}; allowed: ${allowed})` : message;
  return errorOf(cause.tag, named, details);
}

/**
 * The error of a call that the machine found wrong in itself: jco throws it with a payload.
 * @param {any} error
 */
export function ofMisuse(error) {
  const payload = error?.payload;
  if (!payload) return error;
  const { field, given, allowed } = payload.val ?? {};
  const message = payload.tag === 'invalid' ? `${field}: ${given} (allowed: ${allowed})` : String(payload.val);
  return new InvalidRequest(message, { code: payload.tag });
}
