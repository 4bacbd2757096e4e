//! Topics to delete, by name or by id.

use super::Decision;
use crate::base::SortedMap;
use crate::metadata::{ApiError, MetadataImage, Record, error_fields};
use crate::protocol::messages::RemoveTopicRecord;
use crate::protocol::messages::delete_topics_request::DeleteTopicsRequest;
use crate::protocol::messages::delete_topics_response::{
    DeletableTopicResult, DeleteTopicsResponse,
};
use crate::protocol::{ErrorCode, Uuid};

/// Answers in the order: what is wrong in itself, duplicates, ids that are not there, names in
/// their order.
struct Answers(Vec<DeletableTopicResult>);

impl Answers {
    fn add(&mut self, name: Option<&str>, topic_id: Uuid, result: Result<(), ApiError>) {
        let (error_code, error_message) = error_fields(&result);
        self.0.push(DeletableTopicResult {
            name: name.map(str::to_owned),
            topic_id,
            error_code,
            error_message,
            ..DeletableTopicResult::default()
        });
    }

    fn invalid(&mut self, name: Option<&str>, topic_id: Uuid, text: &str) {
        self.add(
            name,
            topic_id,
            Err(ApiError::new(ErrorCode::INVALID_REQUEST, text)),
        );
    }
}

/// Deletes topics as a client asks (DeleteTopics).
pub fn delete_topics(
    image: &MetadataImage,
    request: &DeleteTopicsRequest,
    api_version: i16,
) -> Decision<DeleteTopicsResponse> {
    let mut answers = Answers(Vec::new());
    if !image
        .controller()
        .is_none_or(|id| image.broker_settings(id).delete_topic_enable)
    {
        return Decision::unchanged(disabled(request, api_version));
    }
    let mut names: Vec<&str> = request.topic_names.iter().map(String::as_str).collect();
    let mut ids = Vec::new();
    for topic in &request.topics {
        let (name, id) = (topic.name.as_deref(), topic.topic_id);
        match name {
            None if id.is_zero() => {
                answers.invalid(None, id, "Neither topic name nor id were specified.");
            }
            None => ids.push(id),
            Some(name) if id.is_zero() => names.push(name),
            Some(_) => {
                answers.invalid(
                    name,
                    id,
                    "You may not specify both topic name and topic id.",
                );
            }
        }
    }
    let (names, ids) = (SortedMap::counts(names), SortedMap::counts(ids));
    for (name, _) in names.iter().filter(|(_, count)| **count > 1) {
        answers.invalid(Some(name), Uuid::ZERO, "Duplicate topic name.");
    }
    for (id, _) in ids.iter().filter(|(_, count)| **count > 1) {
        answers.invalid(None, *id, "Duplicate topic id.");
    }
    let found = find(image, &names, &ids, &mut answers);
    let mut records = Vec::new();
    for (id, name) in found {
        records.push(Record::from(RemoveTopicRecord {
            topic_id: id,
            ..Default::default()
        }));
        answers.add(Some(&name), id, Ok(()));
    }
    let response = DeleteTopicsResponse {
        responses: answers.0,
        ..Default::default()
    };
    Decision { response, records }
}

/// The topics to delete, by id. What cannot be deleted is answered.
fn find(
    image: &MetadataImage,
    names: &SortedMap<&str, usize>,
    ids: &SortedMap<Uuid, usize>,
    answers: &mut Answers,
) -> SortedMap<Uuid, String> {
    let mut found = SortedMap::new();
    for (id, _) in ids.iter().filter(|(_, count)| **count == 1) {
        match image.topic_by_id(*id) {
            Some(topic) => drop(found.insert(*id, topic.name.to_string())),
            None => {
                let error = ApiError::with_own_words(ErrorCode::UNKNOWN_TOPIC_ID);
                answers.add(None, *id, Err(error));
            }
        }
    }
    for (name, _) in names.iter().filter(|(_, count)| **count == 1) {
        let Some(topic) = image.topic(name) else {
            let error = ApiError::with_own_words(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
            answers.add(Some(name), Uuid::ZERO, Err(error));
            continue;
        };
        if ids.contains_key(&topic.id) {
            found.remove(&topic.id);
            let text = "The provided topic name maps to an ID that was already supplied.";
            answers.invalid(Some(name), topic.id, text);
        } else {
            found.insert(topic.id, (*name).to_owned());
        }
    }
    found
}

/// With `delete.topic.enable=false` nothing is deleted.
fn disabled(request: &DeleteTopicsRequest, api_version: i16) -> DeleteTopicsResponse {
    let error = if api_version < 3 {
        let text = "This version does not support topic deletion.";
        ApiError::new(ErrorCode::INVALID_REQUEST, text)
    } else {
        ApiError::bare(ErrorCode::TOPIC_DELETION_DISABLED)
    };
    let mut answers = Answers(Vec::new());
    for topic in &request.topics {
        answers.add(topic.name.as_deref(), topic.topic_id, Err(error.clone()));
    }
    for name in &request.topic_names {
        answers.add(Some(name), Uuid::ZERO, Err(error.clone()));
    }
    DeleteTopicsResponse {
        responses: answers.0,
        ..Default::default()
    }
}
