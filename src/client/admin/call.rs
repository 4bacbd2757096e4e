//! How a call of the admin client finds its broker, is tried again, and gives up: Java's `KafkaAdminClient.Call`.

use super::Inner;
use crate::client::ClientError;
use crate::client::network::{Answer, Question};
use crate::client::sync::{backoff_ms, until};
use crate::client::types::Node;
use crate::protocol::frame::encode_request;
use crate::protocol::messages::metadata_request::MetadataRequestTopic;
use crate::protocol::messages::{
    FindCoordinatorRequest, FindCoordinatorResponse, MetadataRequest, MetadataResponse,
};
use crate::protocol::{ErrorCode, Request};

/// Which broker a call goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Any,
    Controller,
    Broker(i32),
}

/// What to do with a response.
pub(super) enum Verdict<T> {
    Done(T),
    /// Fails, and may be tried again after a pause if the error is retriable.
    Failed(ClientError),
}

/// One call with its deadline, over several tries.
pub(super) struct Call<'a> {
    inner: &'a Inner,
    /// Java's name of the call, for its texts.
    name: &'a str,
    deadline_ms: u64,
    tries: u32,
}

impl Inner {
    /// A call that may take `default.api.timeout.ms`.
    pub(super) fn begin<'a>(&'a self, name: &'a str) -> Call<'a> {
        let deadline_ms = self
            .core
            .now_ms()
            .saturating_add(self.config.default_api_timeout_ms);
        Call {
            inner: self,
            name,
            deadline_ms,
            tries: 0,
        }
    }

    /// A call whose response needs no second look.
    pub(super) async fn request<R: Request>(
        &self,
        name: &str,
        target: Target,
        build: impl Fn(i16) -> R,
    ) -> Result<R::Response, ClientError> {
        self.begin(name)
            .run(target, build, |_, response| Verdict::Done(response))
            .await
    }

    /// Metadata of these topics, straight from a broker; of all if `None`.
    pub(super) async fn topic_metadata(
        &self,
        name: &str,
        topics: Option<Vec<MetadataRequestTopic>>,
    ) -> Result<MetadataResponse, ClientError> {
        let build = |version: i16| MetadataRequest {
            topics: match &topics {
                None if version == 0 => Some(Vec::new()),
                topics => (*topics).clone(),
            },
            allow_auto_topic_creation: version < 4,
            ..Default::default()
        };
        self.request(name, Target::Any, build).await
    }
}

impl Call<'_> {
    /// Renames the call; the deadline stays.
    pub fn named<'b>(&'b self, name: &'b str) -> Call<'b> {
        Call {
            inner: self.inner,
            name,
            deadline_ms: self.deadline_ms,
            tries: 0,
        }
    }

    /// Milliseconds until the deadline, as far as a request's timeout field can say.
    pub fn left_ms(&self) -> i32 {
        let left_ms = self.deadline_ms.saturating_sub(self.inner.core.now_ms());
        let request_ms = self.inner.config.connection.request_timeout_ms;
        i32::try_from(left_ms.min(request_ms)).unwrap_or(i32::MAX)
    }

    /// Sends until `judge` is satisfied, a failure is final, or time is up.
    pub async fn run<R: Request, T>(
        &mut self,
        target: Target,
        build: impl Fn(i16) -> R,
        judge: impl Fn(&Node, R::Response) -> Verdict<T>,
    ) -> Result<T, ClientError> {
        let timeout_ms = self.inner.config.connection.request_timeout_ms;
        loop {
            let mut encode = |version: i16, correlation_id: i32, client_id: &str| {
                encode_request(version, correlation_id, Some(client_id), &build(version))
            };
            let question = Question::of::<R>(R::MAX_VERSION, timeout_ms, &mut encode);
            let answer = self.ask(&target, question).await?;
            let decoded = answer.and_then(|(node, answer)| Ok((node, answer.decode::<R>()?)));
            let error = match decoded {
                Ok((node, reply)) => match judge(&node, reply.response) {
                    Verdict::Done(value) => return Ok(value),
                    Verdict::Failed(error) => error,
                },
                Err(error) => error,
            };
            self.pause(error).await?;
        }
    }

    /// One try. The outer error is final, the inner one may be tried again.
    async fn ask(
        &self,
        target: &Target,
        question: Question<'_>,
    ) -> Result<Result<(Node, Answer), ClientError>, ClientError> {
        let node = self.node(target).await?;
        let answer = self.ask_node(&node, question).await?;
        Ok(answer.map(|answer| (node, answer)))
    }

    /// As `ask`, of a node that is known.
    pub async fn ask_node(
        &self,
        node: &Node,
        question: Question<'_>,
    ) -> Result<Result<Answer, ClientError>, ClientError> {
        let core = &self.inner.core;
        let answer = core.network.ask(node, question);
        until(&*core.env.runtime, self.deadline_ms, answer)
            .await
            .ok_or_else(|| self.timed_out())
    }

    /// Waits before the next try, or gives up with `error`.
    pub async fn pause(&mut self, error: ClientError) -> Result<(), ClientError> {
        let core = &self.inner.core;
        let connection = &self.inner.config.connection;
        let (first, max) = (connection.retry_backoff_ms, connection.retry_backoff_max_ms);
        let pause_ms = backoff_ms(&*core.env.runtime, first, max, self.tries);
        self.tries += 1;
        if !error.is_retriable() {
            return Err(error);
        }
        if self.tries > self.inner.config.retries as u32
            || core.now_ms() + pause_ms >= self.deadline_ms
        {
            return Err(self.timed_out());
        }
        core.metadata.request_update();
        core.sleep(pause_ms).await;
        Ok(())
    }

    /// Java's text, whose numbers are those of its own clock.
    pub fn timed_out(&self) -> ClientError {
        let Call { name, tries, .. } = self;
        let core = &self.inner.core;
        let offset = core.env.runtime.wall_ms() - core.now_ms() as i64;
        let deadline = offset.saturating_add_unsigned(self.deadline_ms);
        let now = core.env.runtime.wall_ms();
        ClientError::timeout(format!(
            "Call(callName={name}, deadlineMs={deadline}, tries={tries}, nextAllowedTryMs={now}) \
             timed out at {now} after {tries} attempt(s)"
        ))
    }

    /// The node for the target, as soon as metadata name it and it can be tried.
    async fn node(&self, target: &Target) -> Result<Node, ClientError> {
        let core = &self.inner.core;
        let found = async {
            loop {
                let changed = core.metadata.changed();
                core.metadata.refresh_if_old();
                if core.metadata.version() > 0 {
                    let node = match target {
                        Target::Any => return core.metadata.any_node().await,
                        Target::Controller => core.metadata.cluster().controller().cloned(),
                        Target::Broker(id) => core.metadata.cluster().nodes.get(id).cloned(),
                    };
                    match node {
                        Some(node) => return Ok(node),
                        None => core.metadata.request_update(),
                    }
                }
                changed.await;
            }
        };
        let name = self.name;
        until(&*core.env.runtime, self.deadline_ms, found)
            .await
            .unwrap_or_else(|| {
                let text = format!("Timed out waiting for a node assignment. Call: {name}");
                Err(ClientError::timeout(text))
            })
    }

    /// The broker that coordinates a group.
    pub async fn coordinator(&self, group: &str) -> Result<Node, ClientError> {
        let name = format!("{}(api=FIND_COORDINATOR)", self.name);
        let mut call = self.named(&name);
        let build = |version: i16| {
            let mut request = FindCoordinatorRequest {
                key_type: 0,
                ..Default::default()
            };
            match version {
                ..4 => request.key = group.to_owned(),
                _ => request.coordinator_keys = vec![group.to_owned()],
            }
            request
        };
        call.run(Target::Any, build, |_, response| coordinator_of(response))
            .await
    }
}

/// The one coordinator that a response names.
pub(crate) fn find_coordinator_result(
    response: FindCoordinatorResponse,
) -> Result<Node, ClientError> {
    let node = |id, host, port| Node {
        id,
        host,
        port,
        rack: None,
        is_fenced: false,
    };
    let (code, message, node) = match response.coordinators.into_iter().next() {
        Some(c) => (
            c.error_code,
            c.error_message,
            node(c.node_id, c.host, c.port),
        ),
        None => (
            response.error_code,
            response.error_message,
            node(response.node_id, response.host, response.port),
        ),
    };
    match ErrorCode(code) {
        ErrorCode::NONE => Ok(node),
        code => Err(ClientError::broker(code, message.filter(|m| !m.is_empty()))),
    }
}

fn coordinator_of(response: FindCoordinatorResponse) -> Verdict<Node> {
    match find_coordinator_result(response) {
        Ok(node) => Verdict::Done(node),
        Err(error) => Verdict::Failed(error),
    }
}

/// An item's error code and message as a result.
pub(super) fn check(code: i16, message: Option<String>) -> Result<(), ClientError> {
    match ErrorCode(code) {
        ErrorCode::NONE => Ok(()),
        code => Err(ClientError::broker(code, message)),
    }
}
