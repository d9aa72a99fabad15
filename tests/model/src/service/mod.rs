//! A small service: an account, prices, tasks that take their time, and refusals.
//!
//! Every answer carries its meaning, so that the witness need not read it the way the session does.

mod catalogue;
mod ledger;
mod plan;
mod task;

pub(crate) use ledger::Ledger;
pub(crate) use plan::Plan;

use crate::sabotage::{Sabotage, Saboteur};
use ima_core::Millis;
use ima_core::http::HttpRequest;
use plan::{Stale, Strict};
use serde_json::Value;
use task::Task;

/// The key of the account. Only the driver and the service know it.
pub(crate) const KEY: &str = "ima_3f9c0d71b2e84a56";

/// Which of its three endpoints a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    List,
    Create,
    Detail,
}

impl Endpoint {
    pub(crate) fn of(request: &HttpRequest) -> Option<Self> {
        let path = request.path.split('?').next().unwrap_or_default();
        match path {
            "/open/v1/product/list" => Some(Self::List),
            "/open/v1/tasks/create" => Some(Self::Create),
            "/open/v1/tasks/detail" => Some(Self::Detail),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Create => "create",
            Self::Detail => "detail",
        }
    }
}

/// What an answer says to someone who reads it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The products.
    Listed,
    /// The task exists and is paid.
    Accepted(String),
    /// A readable no.
    Refused,
    /// The key is not accepted.
    Unauthorized,
    /// The task is done; the URLs of its media.
    Ready(Vec<String>),
    /// The task failed; the URLs of the media that are there all the same.
    Failed(Vec<String>),
    /// The task goes on; the URLs of the media that are there already.
    Pending(Vec<String>),
    /// The service knows no such task.
    UnknownTask,
    /// Nothing can be made of it.
    Unclear,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: String,
    pub(crate) meaning: Meaning,
}

impl Reply {
    fn success(data: &str, meaning: Meaning) -> Self {
        Self {
            status: 200,
            retry_after: None,
            body: format!(r#"{{"code":0,"message":"success","data":{data}}}"#),
            meaning,
        }
    }
}

/// The service with its account and its tasks.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    plan: Plan,
    pub(crate) ledger: Ledger,
    tasks: Vec<Task>,
    /// How many answers were given; varies their outer form.
    answered: u64,
    saboteur: Saboteur,
}

impl Service {
    pub(crate) fn new(plan: Plan, saboteur: Saboteur) -> Self {
        Self {
            ledger: Ledger::new(plan.balance),
            plan,
            tasks: Vec::new(),
            answered: 0,
            saboteur,
        }
    }

    /// Whether the service echoes the key.
    pub(crate) fn echoes(&self) -> bool {
        self.plan.echoes
    }

    /// Whether time alone changes no answer from now on.
    pub(crate) fn is_settled(&self, now: Millis) -> bool {
        self.plan.is_settled(now)
    }

    /// Acts on a request that left under a permission of the user.
    pub(crate) fn handle(
        &mut self,
        endpoint: Endpoint,
        request: &HttpRequest,
        authorization: &str,
        permit: usize,
        now: Millis,
    ) -> Reply {
        self.answered += 1;
        let revoked = self.plan.revoked.is_some_and(|at| at <= now);
        if revoked || authorization.strip_prefix("Bearer ") != Some(KEY) {
            let mut reply = self.refuse(401, "Unauthorized");
            reply.meaning = Meaning::Unauthorized;
            return reply;
        }
        let limited = self.plan.limited;
        if let Some(limited) = limited.filter(|it| it.from <= now && now < it.until) {
            let mut reply = self.refuse(429, "slow down");
            reply.retry_after = limited.retry_after;
            return reply;
        }
        match endpoint {
            Endpoint::List => {
                let category = request.path.rsplit('=').next().unwrap_or_default();
                let data = self.plan.list(category, now, self.echo());
                Reply::success(&data, Meaning::Listed)
            }
            Endpoint::Create => self.create(&request.body, permit, now),
            Endpoint::Detail => self.detail(&request.body, now),
        }
    }

    fn create(&mut self, body: &[u8], permit: usize, now: Millis) -> Reply {
        let Ok(body) = serde_json::from_slice::<Value>(body) else {
            return self.refuse(400, "bad request");
        };
        let points = match self.price(&body, now) {
            Ok(points) => points,
            Err((code, message)) => return self.refuse(code, message),
        };
        if !self.ledger.covers(points) {
            return self.refuse(4008, "Insufficient points");
        }
        let id = format!("task_{}", self.tasks.len() + 1);
        self.ledger.charge(&id, points, permit);
        let [first, second, third, fourth] = self.plan.fates;
        let fate = match self.tasks.len() {
            0 => first,
            1 => second,
            2 => third,
            _ => fourth,
        };
        self.tasks.push(Task {
            id: id.clone(),
            created: now,
            fate,
        });
        if self.saboteur.is(Sabotage::RefusalAfterCharge) {
            return self.refuse(7001, "no");
        }
        let mut reply = Reply::success(
            &format!(r#"{{"id":"{id}","task_status":"pending"}}"#),
            Meaning::Accepted(id),
        );
        // The body's code decides, whatever the status says.
        reply.status = self.vary([200, 200, 201, 500]);
        reply
    }

    /// What the request costs, or the code that it is refused with.
    fn price(&self, body: &Value, now: Millis) -> Result<u32, (i64, &'static str)> {
        let product = body.pointer("/parameters/0").unwrap_or(&Value::Null);
        let field = |name: &str| product.get(name).and_then(Value::as_u64);
        let has_tags = product.pointer("/parameters/tags").is_some();
        let prices = self.plan.prices(now);
        let named = prices.iter().find(|price| {
            Some(price.attribute) == field("attribute_id")
                && product.get("model_id").and_then(Value::as_str) == Some(price.model)
        });
        let stale = match self.plan.stale {
            Stale::Points => (6006, "Points mismatch"),
            Stale::Attribute => (6010, "Attribute ID does not match"),
            Stale::Words => (400, "Invalid product attribute"),
        };
        match self.plan.strict {
            Strict::Always(code) => return Err((code, "refused")),
            Strict::Tags if has_tags => return Err((6009, "Invalid parameters")),
            Strict::Pair if named.is_some_and(|price| price.pair) => {
                return Err((6010, "Attribute ID does not match"));
            }
            Strict::Tags | Strict::Pair | Strict::No => {}
        }
        let price = named.ok_or(stale)?;
        if field("credit") == Some(u64::from(price.points)) {
            Ok(price.points)
        } else {
            Err((6006, "Points mismatch"))
        }
    }

    fn detail(&self, body: &[u8], now: Millis) -> Reply {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let id = body.get("task_id").and_then(Value::as_str);
        let task = self.tasks.iter().find(|task| Some(task.id.as_str()) == id);
        let visible = task.filter(|task| task.is_visible(now));
        match visible {
            Some(task) => task.detail(now, self.echo()),
            None => Reply {
                meaning: Meaning::UnknownTask,
                ..self.refuse(404, "no such task")
            },
        }
    }

    /// A readable no, in one of the outer forms that the service has for it.
    fn refuse(&self, code: i64, message: &str) -> Reply {
        let echo = self.echo();
        Reply {
            status: self.vary([200, 400, 403, 500]),
            retry_after: None,
            body: format!(r#"{{"code":{code},"message":"{message}{echo}","data":null}}"#),
            meaning: Meaning::Refused,
        }
    }

    /// The key, where the service echoes it.
    fn echo(&self) -> &'static str {
        if self.plan.echoes { KEY } else { "" }
    }

    fn vary<T: Copy>(&self, [first, second, third, fourth]: [T; 4]) -> T {
        match self.answered % 4 {
            0 => first,
            1 => second,
            2 => third,
            _ => fourth,
        }
    }
}
