//! DescribeUserScramCredentials (key 50), version 0 (KIP-554). There is no SASL: credentials are kept
//! and shown, and nobody logs in with them.

use crate::base::SortedMap;
use crate::metadata::MetadataImage;
use crate::protocol::ErrorCode;
use crate::protocol::messages::describe_user_scram_credentials_request::DescribeUserScramCredentialsRequest;
use crate::protocol::messages::describe_user_scram_credentials_response::{
    CredentialInfo, DescribeUserScramCredentialsResponse, DescribeUserScramCredentialsResult,
};

/// The answer. Without users in the request it is about all that have credentials.
pub fn handle(
    image: &MetadataImage,
    request: &DescribeUserScramCredentialsRequest,
) -> DescribeUserScramCredentialsResponse {
    let users = request.users.iter().flatten();
    let mut counts = SortedMap::counts(users.map(|user| user.name.as_str()));
    if counts.is_empty() {
        counts.extend(image.scram_users().users().map(|user| (user, 1)));
    }
    let results = counts
        .into_iter()
        .map(|(user, count)| describe(image, user, count));
    DescribeUserScramCredentialsResponse {
        results: results.collect(),
        ..DescribeUserScramCredentialsResponse::default()
    }
}

fn describe(image: &MetadataImage, user: &str, count: usize) -> DescribeUserScramCredentialsResult {
    let result = DescribeUserScramCredentialsResult {
        user: user.to_owned(),
        ..DescribeUserScramCredentialsResult::default()
    };
    let failed = |error: ErrorCode, text: String| DescribeUserScramCredentialsResult {
        error_code: error.code(),
        error_message: Some(text),
        ..result.clone()
    };
    if count > 1 {
        let text =
            "Cannot describe SCRAM credentials for the same user twice in a single request: ";
        return failed(ErrorCode::DUPLICATE_RESOURCE, format!("{text}{user}"));
    }
    match image.scram_users().get(user) {
        None => {
            let text = "Attempt to describe a user credential that does not exist: ";
            failed(ErrorCode::RESOURCE_NOT_FOUND, format!("{text}{user}"))
        }
        Some(mechanisms) => {
            let info = |(mechanism, iterations): (&i8, &i32)| CredentialInfo {
                mechanism: *mechanism,
                iterations: *iterations,
                ..CredentialInfo::default()
            };
            let credential_infos = mechanisms.iter().map(info).collect();
            DescribeUserScramCredentialsResult {
                credential_infos,
                ..result
            }
        }
    }
}
