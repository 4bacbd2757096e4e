//! Java exceptions as Kafka's tools print them: class, text, causes; stack frames are left out.

use crate::client::ClientError;
use crate::protocol::ErrorCode;
use crate::shell::io::Stop;
use crate::shell::options::OptError;
use crate::shell::tool::ToolCtx;

/// An exception with what caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    class: String,
    message: Option<String>,
    /// `toString()` of what caused it, and of what caused that.
    causes: Vec<String>,
    /// The broker's error code, if it is one's.
    pub code: Option<ErrorCode>,
}

impl Failure {
    pub fn new(class: &str, message: impl Into<String>) -> Self {
        Failure {
            class: class.to_owned(),
            message: Some(message.into()),
            causes: Vec::new(),
            code: None,
        }
    }

    /// An exception without a text.
    pub fn bare(class: &str) -> Self {
        Failure {
            class: class.to_owned(),
            message: None,
            causes: Vec::new(),
            code: None,
        }
    }

    pub fn illegal_argument(message: impl Into<String>) -> Self {
        Self::new("java.lang.IllegalArgumentException", message)
    }

    /// An exception of `org.apache.kafka.common`.
    pub fn kafka(message: impl Into<String>) -> Self {
        Self::new("org.apache.kafka.common.KafkaException", message)
    }

    /// This one as the cause of another, whose text is then this one's `toString()`.
    pub fn wrapped(self, class: &str) -> Self {
        let text = self.to_text();
        let code = self.code;
        let mut outer = Failure::new(class, text.clone());
        outer.causes.push(text);
        outer.causes.extend(self.causes);
        outer.code = code;
        outer
    }

    /// As a `Future` gives it out.
    pub fn execution(self) -> Self {
        self.wrapped("java.util.concurrent.ExecutionException")
    }

    /// As a checked exception in Java often ends.
    pub fn runtime(self) -> Self {
        self.wrapped("java.lang.RuntimeException")
    }

    /// This one with its cause.
    pub fn caused_by(mut self, cause: Failure) -> Self {
        self.causes = vec![cause.to_text()];
        self.causes.extend(cause.causes);
        self
    }

    pub fn is_illegal_argument(&self) -> bool {
        self.class == "java.lang.IllegalArgumentException"
    }

    pub fn class(&self) -> &str {
        &self.class
    }

    /// `getMessage()` as string concatenation shows it.
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or("null")
    }

    /// `toString()`.
    pub fn to_text(&self) -> String {
        describe(&self.class, self.message.as_deref())
    }

    /// The stack trace without its frames: one line per exception, each with its newline.
    pub fn trace(&self) -> String {
        let mut text = format!("{}\n", self.to_text());
        for cause in &self.causes {
            text.push_str(&format!("Caused by: {cause}\n"));
        }
        text
    }
}

fn describe(class: &str, message: Option<&str>) -> String {
    match message {
        Some(message) => format!("{class}: {message}"),
        None => class.to_owned(),
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let mut causes = Vec::new();
        let mut next = error.cause();
        while let Some(cause) = next {
            causes.push(describe(&cause.java_class(), cause.message().as_deref()));
            next = cause.cause();
        }
        Failure {
            class: error.java_class(),
            message: error.message(),
            causes,
            code: error.code(),
        }
    }
}

impl From<OptError> for Failure {
    fn from(error: OptError) -> Self {
        Failure {
            class: error.class.to_owned(),
            message: Some(error.message),
            causes: error.causes,
            code: None,
        }
    }
}

/// As an exception that ends a tool's `main`, printed by the tool: the message, the stack trace, an empty line.
pub fn uncaught(ctx: &ToolCtx, failure: &Failure) -> Stop {
    ctx.io.err_line(failure.message());
    ctx.io.err_line(failure.trace());
    Stop::Exit(1)
}

/// As an exception that nobody catches.
pub fn uncaught_in_main(ctx: &ToolCtx, failure: &Failure) -> Stop {
    ctx.io
        .err(format!("Exception in thread \"main\" {}", failure.trace()));
    Stop::Exit(1)
}

/// An ERROR line of the log with the exception below it.
pub fn log_error(ctx: &ToolCtx, message: &str, class: &str, failure: &Failure) {
    ctx.log("ERROR", message, class);
    ctx.io.err(failure.trace());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_exception_shows_its_cause_twice() {
        let cause = Failure::new("a.Inner", "why").execution().runtime();
        let expected = "\
java.lang.RuntimeException: java.util.concurrent.ExecutionException: a.Inner: why
Caused by: java.util.concurrent.ExecutionException: a.Inner: why
Caused by: a.Inner: why
";
        assert_eq!(cause.trace(), expected);
        assert_eq!(Failure::bare("a.B").trace(), "a.B\n");
        assert_eq!(Failure::bare("a.B").message(), "null");
    }
}
