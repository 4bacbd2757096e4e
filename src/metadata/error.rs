//! An error of the admin APIs: code and words.

use crate::protocol::ErrorCode;

/// An error as responses carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    pub code: ErrorCode,
    /// Kafka's words, word for word.
    pub message: Option<String>,
}

impl ApiError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ApiError {
            code,
            message: Some(message.into()),
        }
    }

    /// The code alone, as when Kafka throws an exception with the code's own words.
    pub fn bare(code: ErrorCode) -> Self {
        ApiError {
            code,
            message: None,
        }
    }

    /// The code with the words that go with it.
    pub fn with_own_words(code: ErrorCode) -> Self {
        ApiError::new(code, code.message())
    }
}

/// Splits a result into the two fields that responses have for it.
pub fn error_fields(result: &Result<(), ApiError>) -> (i16, Option<String>) {
    match result {
        Ok(()) => (ErrorCode::NONE.code(), None),
        Err(error) => (error.code.code(), error.message.clone()),
    }
}
