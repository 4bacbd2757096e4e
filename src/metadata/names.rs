//! Names of topics: which are valid, which collide, which are internal.

/// Topic of committed offsets and group metadata.
pub const OFFSETS_TOPIC: &str = "__consumer_offsets";
/// Topic of the transaction coordinator.
pub const TRANSACTIONS_TOPIC: &str = "__transaction_state";
/// Topic of the share coordinator.
pub const SHARE_STATE_TOPIC: &str = "__share_group_state";

/// The file names of a partition have to fit into 255 bytes.
const MAX_LENGTH: usize = 249;

/// Topics that belong to Kafka itself.
pub fn is_internal(topic: &str) -> bool {
    matches!(
        topic,
        OFFSETS_TOPIC | TRANSACTIONS_TOPIC | SHARE_STATE_TOPIC
    )
}

/// Says in Kafka's words what is wrong with a topic's name.
pub fn check_topic(name: &str) -> Result<(), String> {
    let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let reason = if name.is_empty() {
        "the empty string is not allowed".to_owned()
    } else if name == "." || name == ".." {
        format!("'{name}' is not allowed")
    } else if name.encode_utf16().count() > MAX_LENGTH {
        format!("the length of '{name}' is longer than the max allowed length {MAX_LENGTH}")
    } else if !name.bytes().all(valid) {
        format!(
            "'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' \
             and '-'"
        )
    } else {
        return Ok(());
    };
    Err(format!("Topic name is invalid: {reason}"))
}

/// Whether two names would be one in the names of metrics, where `.` becomes `_`.
pub fn collide(a: &str, b: &str) -> bool {
    let unified = |c: u8| if c == b'.' { b'_' } else { c };
    a.len() == b.len() && a.bytes().map(unified).eq(b.bytes().map(unified))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_names_are_told_with_kafkas_words() {
        assert_eq!(check_topic("a.b_c-D9"), Ok(()));
        let said = |name: &str| check_topic(name).expect_err("a wrong name");
        assert_eq!(
            said(""),
            "Topic name is invalid: the empty string is not allowed"
        );
        assert_eq!(said(".."), "Topic name is invalid: '..' is not allowed");
        assert_eq!(
            said("bad name"),
            "Topic name is invalid: 'bad name' contains one or more characters other than ASCII \
             alphanumerics, '.', '_' and '-'"
        );
        let long = "a".repeat(250);
        let expected = format!(
            "Topic name is invalid: the length of '{long}' is longer than the max allowed length 249"
        );
        assert_eq!(said(&long), expected);
    }

    #[test]
    fn dots_and_underscores_collide() {
        assert!(collide("a.b", "a_b"));
        assert!(!collide("a.b", "a-b"));
    }
}
