//! Buying a quote: what may be bought, and the question to the person.

use futures_util::FutureExt;
use ima_host::journal::KeptQuote;
use rmcp::RoleServer;
use rmcp::model::{
    CallToolResponse, CreateTaskResult, ElicitRequest, ElicitRequestParams, ElicitationSchema,
    InputRequest, InputRequests, InputRequiredResult, InputResponses, ProtocolVersion,
};
use rmcp::service::RequestContext;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::consent::{self, Answer, Decision};
use crate::delivery;
use crate::output::{Output, Retry};
use crate::quoting::Offer;
use crate::server::Server;
use crate::tasks;
use crate::waiting::Look;
use crate::words;
use crate::work::{Begin, Stage};

/// The arguments of `create_audio`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateAudio {
    quote_id: String,
    points: u64,
}

/// The key of the question in what the client is asked for.
const QUESTION: &str = "purchase";

/// A call, as far as waiting and asking go.
pub(crate) struct Call {
    pub(crate) context: RequestContext<RoleServer>,
    pub(crate) request_state: Option<String>,
    pub(crate) input_responses: Option<InputResponses>,
    pub(crate) began: Instant,
}

impl Call {
    /// Whether questions and tasks are answers to calls (protocol 2026-07-28 and later), and no
    /// requests of the server.
    fn is_inline(&self) -> bool {
        let version = self.context.protocol_version();
        version.is_some_and(|it| it.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
    }

    /// Whether the client can show the person a form.
    fn can_ask(&self) -> bool {
        let capabilities = self.context.client_capabilities();
        capabilities
            .and_then(|it| it.elicitation)
            // An empty object means forms.
            .is_some_and(|it| it.form.is_some() || it.url.is_none())
    }

    fn takes_tasks(&self) -> bool {
        let capabilities = self.context.client_capabilities();
        self.is_inline() && capabilities.is_some_and(|it| it.supports_tasks())
    }
}

impl Server {
    /// Buys a quote, once.
    pub(crate) async fn create_audio(
        &self,
        arguments: CreateAudio,
        mut call: Call,
    ) -> CallToolResponse {
        let settings = self.settings();
        let CreateAudio { quote_id, points } = arguments;
        let quote = match self.journal().quote(&quote_id).await {
            Ok(quote) => quote.filter(|quote| quote.id == quote_id),
            Err(error) => return complete(words::error(settings, &error.into(), None)),
        };
        let Some(quote) = quote else {
            return complete(words::no_quote(settings));
        };
        if quote.points != points {
            let right = quote.points;
            let message = settings.say(
                format!("The quote is for {right} points, not {points}. Nothing was spent."),
                format!("报价是 {right} 积分，不是 {points}。没有扣除积分。"),
            );
            return complete(Output::refused(Retry::AfterChange, message));
        }
        let running = self.work().get(&quote.job);
        let running = running.filter(|stage| !stage.borrow().is_over());
        let stage = if quote.used {
            None
        } else if running.is_some() {
            running
        } else {
            match self.agree(&quote, &mut call).await {
                Ok(offer) => {
                    let mut request = offer.request;
                    request.quote = Some(quote.id.clone());
                    Some(self.work_on(&quote.job, Begin::Buy(Box::new(request))))
                }
                Err(response) => return *response,
            }
        };
        if call.takes_tasks()
            && let Some(task) = self.begun_task(&quote.job, stage.clone(), &call).await
        {
            return task.into();
        }
        complete(
            self.follow(&quote.job, stage, &call, settings.patience)
                .await,
        )
    }

    /// What is to be bought, if it may be.
    async fn agree(
        &self,
        quote: &KeptQuote,
        call: &mut Call,
    ) -> Result<Offer, Box<CallToolResponse>> {
        let settings = self.settings();
        let refuse = |output: Output| Err(Box::new(complete(output)));
        let offer = match serde_json::from_str::<Offer>(&quote.request) {
            Ok(offer) if !quote.expired => offer,
            _ => return refuse(words::expired(settings)),
        };
        if let Err(error) = delivery::try_folder(&settings.folder).await {
            tracing::warn!(%error, "the folder for the audio can't be used");
            let folder = settings.folder.display();
            let message = settings.say(
                format!("{folder} can't be written, so nothing was started and nothing was spent."),
                format!("无法写入 {folder}，因此没有开始，也没有扣除积分。"),
            );
            return refuse(
                Output::refused(Retry::AfterChange, message).advise(settings.say(
                    "The person makes the folder writable, or names another one with --out in the \
                 configuration of `ima mcp`.",
                    "请由本人让这个文件夹可写，或在 `ima mcp` 的配置里用 --out 换一个。",
                )),
            );
        }
        match consent::decide(settings, quote.points, call.can_ask()) {
            Decision::Go => return Ok(offer),
            Decision::Ask => {}
            decision => return refuse(consent::refusal(settings, quote.points, decision)),
        }
        let answer = if call.is_inline() {
            self.answer_in_call(quote, &offer, call)?
        } else {
            self.answer_of_client(quote, &offer, call).await?
        };
        match answer {
            Answer::Spend => Ok(offer),
            answer => refuse(consent::unapproved(settings, answer)),
        }
    }

    /// The answer that the client brings with its call, else the question.
    fn answer_in_call(
        &self,
        quote: &KeptQuote,
        offer: &Offer,
        call: &mut Call,
    ) -> Result<Answer, Box<CallToolResponse>> {
        let settings = self.settings();
        let (state, responses) = (call.request_state.take(), call.input_responses.take());
        if let (Some(state), Some(responses)) = (state, responses)
            && let Some(answer) = responses.get(QUESTION)
            && self.questions().redeem(&state, &quote.id, quote.points)
        {
            return Ok(Answer::read(answer, quote.points));
        }
        // No answer, or one to another question: it is asked anew.
        let question = self.question(quote, offer);
        let state = self.questions().state(&quote.id, quote.points);
        let (Some(question), Some(state)) = (question, state) else {
            return Ok(Answer::NotAsked);
        };
        let request = InputRequest::Elicitation(ElicitRequest::new(question));
        let requests = InputRequests::from([(QUESTION.to_owned(), request)]);
        tracing::debug!(language = ?settings.language, "a price is to be confirmed");
        Err(Box::new(
            InputRequiredResult::new(Some(requests), Some(state)).into(),
        ))
    }

    /// The answer to a question that the server asks. The person may take longer than the call: then the
    /// question stays open, and the next call finds its answer.
    async fn answer_of_client(
        &self,
        quote: &KeptQuote,
        offer: &Offer,
        call: &Call,
    ) -> Result<Answer, Box<CallToolResponse>> {
        let Some(question) = self.question(quote, offer) else {
            return Ok(Answer::NotAsked);
        };
        let (peer, points) = (call.context.peer.clone(), quote.points);
        let asked = self.questions().ask(&quote.id, || {
            async move {
                match peer.create_elicitation(question).await {
                    Ok(result) => {
                        let result = serde_json::to_value(result).unwrap_or_default();
                        Answer::read(&result, points)
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a price could not be confirmed");
                        Answer::NotAsked
                    }
                }
            }
            .boxed()
        });
        let mut stop = self.stopping();
        tokio::select! {
            biased;
            answer = asked => {
                self.questions().answered(&quote.id);
                return Ok(answer);
            }
            () = sleep_until(call.began + self.settings().patience) => {}
            () = call.context.ct.cancelled() => {}
            () = stop.asked() => {}
        }
        let settings = self.settings();
        let message = settings.say(
            "The person has not answered the question about the price yet. Nothing was spent.",
            "本人还没有回答价格确认。没有扣除积分。",
        );
        let waiting = Output::refused(Retry::SameCall, message).advise(settings.say(
            "Call create_audio again with the same quote_id: the question stays open.",
            "请用同一个 quote_id 再次调用 create_audio，询问仍然有效。",
        ));
        Err(Box::new(complete(waiting)))
    }

    fn question(&self, quote: &KeptQuote, offer: &Offer) -> Option<ElicitRequestParams> {
        let (settings, points) = (self.settings(), quote.points);
        let form = consent::form(settings, points);
        let requested_schema: ElicitationSchema = serde_json::from_value(form).ok()?;
        let text = &offer.request.prompt;
        Some(ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: consent::question(settings, &offer.model_name, points, text),
            requested_schema,
        })
    }

    /// A job as a task of the protocol, once it is in the journal and unless it is over.
    async fn begun_task(
        &self,
        job: &str,
        stage: Option<watch::Receiver<Stage>>,
        call: &Call,
    ) -> Option<CreateTaskResult> {
        let mut stage = match stage {
            Some(stage) => stage,
            None => match self.look(job, true).await {
                Look::Running(stage) => stage,
                Look::Known(_) => return None,
            },
        };
        let until = call.began + self.settings().patience;
        let begun = stage.wait_for(|stage| *stage != Stage::Starting);
        let over = tokio::select! {
            begun = begun => begun.ok()?.is_over(),
            () = sleep_until(until) => false,
        };
        if over {
            return None;
        }
        let known = self.journal().get(job).await.ok()??;
        Some(CreateTaskResult::new(tasks::task(self, &known, None)))
    }
}

fn complete(output: Output) -> CallToolResponse {
    output.into_result().into()
}
