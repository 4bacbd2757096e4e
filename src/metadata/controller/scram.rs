//! Changes of users' SCRAM credentials (KIP-554): checked as Kafka does.

use super::Decision;
use crate::base::SortedMap;
use crate::metadata::{ApiError, MetadataImage, Record, SCRAM_MECHANISMS, error_fields};
use crate::protocol::ErrorCode;
use crate::protocol::messages::alter_user_scram_credentials_request::{
    AlterUserScramCredentialsRequest, ScramCredentialDeletion, ScramCredentialUpsertion,
};
use crate::protocol::messages::alter_user_scram_credentials_response::{
    AlterUserScramCredentialsResponse, AlterUserScramCredentialsResult,
};
use crate::protocol::messages::{RemoveUserScramCredentialRecord, UserScramCredentialRecord};

/// Changes credentials as a client asks (AlterUserScramCredentials).
pub fn alter_scram_credentials(
    image: &MetadataImage,
    request: &AlterUserScramCredentialsRequest,
) -> Decision<AlterUserScramCredentialsResponse> {
    let mut outcomes: SortedMap<&str, Result<Record, ApiError>> = SortedMap::new();
    let deletions = request
        .deletions
        .iter()
        .map(|d| (d.name.as_str(), delete(image, d)));
    let upsertions = request
        .upsertions
        .iter()
        .map(|u| (u.name.as_str(), upsert(u)));
    for (user, outcome) in deletions.chain(upsertions) {
        let twice = "A user credential cannot be altered twice in the same request";
        let error = || Err(ApiError::new(ErrorCode::DUPLICATE_RESOURCE, twice));
        outcomes
            .entry(user)
            .and_modify(|first| {
                if first.is_ok() {
                    *first = error();
                }
            })
            .or_insert(outcome);
    }
    let mut response = AlterUserScramCredentialsResponse::default();
    let mut records = Vec::new();
    for (user, outcome) in outcomes {
        let (error_code, error_message) =
            error_fields(&outcome.as_ref().map(|_| ()).map_err(Clone::clone));
        response.results.push(AlterUserScramCredentialsResult {
            user: user.to_owned(),
            error_code,
            error_message,
            ..AlterUserScramCredentialsResult::default()
        });
        records.extend(outcome.ok());
    }
    Decision { response, records }
}

fn check(user: &str, mechanism: i8) -> Result<(), ApiError> {
    if user.is_empty() {
        let text = "Username must not be empty";
        return Err(ApiError::new(ErrorCode::UNACCEPTABLE_CREDENTIAL, text));
    }
    if !SCRAM_MECHANISMS.contains(&mechanism) {
        let text = "Unknown SCRAM mechanism";
        return Err(ApiError::new(ErrorCode::UNSUPPORTED_SASL_MECHANISM, text));
    }
    Ok(())
}

fn delete(image: &MetadataImage, deletion: &ScramCredentialDeletion) -> Result<Record, ApiError> {
    let (name, mechanism) = (deletion.name.clone(), deletion.mechanism);
    check(&name, mechanism)?;
    if !image
        .scram_users()
        .get(&name)
        .is_some_and(|known| known.contains_key(&mechanism))
    {
        let text = "Attempt to delete a user credential that does not exist";
        return Err(ApiError::new(ErrorCode::RESOURCE_NOT_FOUND, text));
    }
    let record = RemoveUserScramCredentialRecord {
        name,
        mechanism,
        ..Default::default()
    };
    Ok(record.into())
}

fn upsert(upsertion: &ScramCredentialUpsertion) -> Result<Record, ApiError> {
    let (name, mechanism) = (upsertion.name.clone(), upsertion.mechanism);
    check(&name, mechanism)?;
    let refuse = |text: &str| Err(ApiError::new(ErrorCode::UNACCEPTABLE_CREDENTIAL, text));
    match upsertion.iterations {
        ..4096 => refuse("Too few iterations"),
        16_385.. => refuse("Too many iterations"),
        iterations => {
            let salt = upsertion.salt.clone();
            let record = UserScramCredentialRecord {
                name,
                mechanism,
                salt,
                iterations,
                ..UserScramCredentialRecord::default()
            };
            Ok(record.into())
        }
    }
}
