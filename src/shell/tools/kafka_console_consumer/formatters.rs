//! What the console consumer prints of a record: Kafka's formatters, by the names of their classes.

use super::super::failure::Failure;
use super::coordinator;
use super::deserializers::Deserializer;
use crate::client::{ConsumerRecord, Properties};

/// One of Kafka's formatters with its settings.
#[derive(Debug)]
pub enum Formatter {
    Default(DefaultFormatter),
    NoOp,
    Coordinator(coordinator::Kind),
}

const PACKAGE: &str = "org.apache.kafka.tools.consumer.";
/// Names that the formatters had before Kafka 4.0, and their names now.
const OLD_NAMES: [(&str, &str); 7] = [
    (
        "kafka.tools.DefaultMessageFormatter",
        "DefaultMessageFormatter",
    ),
    (
        "kafka.tools.LoggingMessageFormatter",
        "LoggingMessageFormatter",
    ),
    ("kafka.tools.NoOpMessageFormatter", "NoOpMessageFormatter"),
    (
        "kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter",
        "OffsetsMessageFormatter",
    ),
    (
        "kafka.server.OffsetManager$OffsetsMessageFormatter",
        "OffsetsMessageFormatter",
    ),
    (
        "kafka.coordinator.group.GroupMetadataManager$GroupMetadataMessageFormatter",
        "GroupMetadataMessageFormatter",
    ),
    (
        "kafka.coordinator.transaction.TransactionLog$TransactionLogMessageFormatter",
        "TransactionLogMessageFormatter",
    ),
];

/// Today's class of a formatter that an old name means.
pub fn renamed(class: &str) -> Option<String> {
    let known = OLD_NAMES.iter().find(|(old, _)| *old == class)?;
    Some(format!("{PACKAGE}{}", known.1))
}

impl Formatter {
    /// The formatter of this class; `warn` takes what is wrong with its settings and still lets it work.
    pub fn by_class(
        class: &str,
        settings: &Properties,
        warn: &dyn Fn(&str, &Failure),
    ) -> Result<Formatter, Failure> {
        use coordinator::Kind;
        Ok(match class.strip_prefix(PACKAGE) {
            // What LoggingMessageFormatter logs besides is below the level that Kafka's tools show.
            Some("DefaultMessageFormatter" | "LoggingMessageFormatter") => {
                Formatter::Default(DefaultFormatter::new(settings, warn))
            }
            Some("NoOpMessageFormatter") => Formatter::NoOp,
            Some("OffsetsMessageFormatter") => Formatter::Coordinator(Kind::Offsets),
            Some("GroupMetadataMessageFormatter") => Formatter::Coordinator(Kind::GroupMetadata),
            Some("TransactionLogMessageFormatter") => Formatter::Coordinator(Kind::TransactionLog),
            _ => return Err(Failure::new("java.lang.ClassNotFoundException", class)),
        })
    }

    /// Appends a record. What stands before a value that cannot be read has been written when it fails.
    pub fn write(&self, record: &ConsumerRecord, out: &mut Vec<u8>) -> Result<(), Failure> {
        match self {
            Formatter::Default(formatter) => formatter.write(record, out),
            Formatter::NoOp => Ok(()),
            Formatter::Coordinator(kind) => coordinator::write(*kind, record, out),
        }
    }
}

/// `DefaultMessageFormatter`.
#[derive(Debug)]
pub struct DefaultFormatter {
    columns: Columns,
    key_separator: Vec<u8>,
    line_separator: Vec<u8>,
    headers_separator: Vec<u8>,
    null_literal: Vec<u8>,
    key_deserializer: Option<Deserializer>,
    value_deserializer: Option<Deserializer>,
    headers_deserializer: Option<Deserializer>,
}

/// What `print.…` settings ask for.
#[derive(Debug)]
struct Columns {
    timestamp: bool,
    partition: bool,
    offset: bool,
    delivery: bool,
    epoch: bool,
    headers: bool,
    key: bool,
    value: bool,
}

impl DefaultFormatter {
    fn new(settings: &Properties, warn: &dyn Fn(&str, &Failure)) -> Self {
        let on = |name: &str, default| match settings.get(name) {
            Some(value) => value.trim().eq_ignore_ascii_case("true"),
            None => default,
        };
        let bytes = |name: &str, default: &str| match settings.get(name) {
            Some(value) => value.clone().into_bytes(),
            None => default.as_bytes().to_vec(),
        };
        let deserializer = |name: &str| {
            let class = settings.get(name)?;
            Deserializer::by_class(class)
                .inspect_err(|error| {
                    warn(
                        &format!("Unable to instantiate a deserializer from {class}"),
                        error,
                    );
                })
                .ok()
        };
        DefaultFormatter {
            columns: Columns {
                timestamp: on("print.timestamp", false),
                partition: on("print.partition", false),
                offset: on("print.offset", false),
                delivery: on("print.delivery", false),
                epoch: on("print.epoch", false),
                headers: on("print.headers", false),
                key: on("print.key", false),
                value: on("print.value", true),
            },
            key_separator: bytes("key.separator", "\t"),
            line_separator: bytes("line.separator", "\n"),
            headers_separator: bytes("headers.separator", ","),
            null_literal: bytes("null.literal", "null"),
            key_deserializer: deserializer("key.deserializer"),
            value_deserializer: deserializer("value.deserializer"),
            headers_deserializer: deserializer("headers.deserializer"),
        }
    }

    fn write(&self, record: &ConsumerRecord, out: &mut Vec<u8>) -> Result<(), Failure> {
        let c = &self.columns;
        // Columns that may follow; the last one asked for ends the line.
        let from_key = c.key || c.value;
        let from_headers = c.headers || from_key;
        let from_epoch = c.epoch || from_headers;
        let from_delivery = c.delivery || from_epoch;
        let from_offset = c.offset || from_delivery;
        if c.timestamp {
            let text = format!("{}:{}", record.timestamp_type.name(), record.timestamp);
            self.column(out, &text, c.partition || from_offset);
        }
        if c.partition {
            let text = format!("Partition:{}", record.partition);
            self.column(out, &text, from_offset);
        }
        if c.offset {
            self.column(out, &format!("Offset:{}", record.offset), from_delivery);
        }
        if c.delivery {
            self.column(out, "Delivery:NOT_PRESENT", from_epoch);
        }
        if c.epoch {
            // The tool drops the epoch before it formats a record.
            self.column(out, "Epoch:NOT_PRESENT", from_headers);
        }
        if c.headers {
            self.headers(record, out)?;
            self.separator(out, from_key);
        }
        if c.key {
            self.field(out, self.key_deserializer, record.key.as_deref())?;
            self.separator(out, c.value);
        }
        if c.value {
            self.field(out, self.value_deserializer, record.value.as_deref())?;
            out.extend_from_slice(&self.line_separator);
        }
        Ok(())
    }

    fn column(&self, out: &mut Vec<u8>, text: &str, more: bool) {
        out.extend_from_slice(text.as_bytes());
        self.separator(out, more);
    }

    fn separator(&self, out: &mut Vec<u8>, more: bool) {
        out.extend_from_slice(if more {
            &self.key_separator
        } else {
            &self.line_separator
        });
    }

    fn headers(&self, record: &ConsumerRecord, out: &mut Vec<u8>) -> Result<(), Failure> {
        if record.headers.is_empty() {
            out.extend_from_slice(b"NO_HEADERS");
        }
        for (at, header) in record.headers.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(&self.headers_separator);
            }
            out.extend_from_slice(header.key.as_bytes());
            out.push(b':');
            self.field(out, self.headers_deserializer, header.value.as_deref())?;
        }
        Ok(())
    }

    /// A deserializer is given the literal for null in place of null, as in Kafka.
    fn field(
        &self,
        out: &mut Vec<u8>,
        deserializer: Option<Deserializer>,
        data: Option<&[u8]>,
    ) -> Result<(), Failure> {
        let data = data.unwrap_or(&self.null_literal);
        match deserializer {
            Some(deserializer) => deserializer.write(data, out)?,
            None => out.extend_from_slice(data),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::properties::parse_arguments;
    use super::*;
    use crate::client::Header;
    use crate::protocol::record_batch::TimestampType;
    use bytes::Bytes;

    fn record(key: Option<&'static str>, value: Option<&'static str>) -> ConsumerRecord {
        ConsumerRecord {
            topic: "t".into(),
            partition: 2,
            offset: 7,
            timestamp: 1000,
            timestamp_type: TimestampType::CreateTime,
            leader_epoch: Some(0),
            key: key.map(|k| Bytes::from_static(k.as_bytes())),
            value: value.map(|v| Bytes::from_static(v.as_bytes())),
            headers: Vec::new(),
        }
    }

    fn shown(settings: &[&str], record: &ConsumerRecord) -> String {
        let class = format!("{PACKAGE}DefaultMessageFormatter");
        let settings = parse_arguments(settings.iter().copied());
        let formatter = Formatter::by_class(&class, &settings, &|_, _| {}).unwrap();
        let mut out = Vec::new();
        formatter.write(record, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_come_in_a_fixed_order_with_one_separator() {
        let all = [
            "print.key=true",
            "print.offset=true",
            "print.partition=true",
            "print.timestamp=true",
            "print.headers=true",
            "print.epoch=TRUE ",
            "print.delivery=true",
            "key.separator=|",
        ];
        let mut full = record(Some("k"), Some("v"));
        let header = |value: Option<&'static str>| Header {
            key: "h".into(),
            value: value.map(|v| Bytes::from_static(v.as_bytes())),
        };
        full.headers = vec![header(Some("1")), header(None)];
        let expected = "CreateTime:1000|Partition:2|Offset:7|Delivery:NOT_PRESENT|Epoch:NOT_PRESENT|h:1,h:null|k|v\n";
        assert_eq!(shown(&all, &full), expected);
    }

    #[test]
    fn nulls_and_line_ends_can_be_chosen() {
        let r = record(None, None);
        assert_eq!(shown(&[], &r), "null\n");
        let settings = ["print.key=true", "null.literal=-", "line.separator=#"];
        assert_eq!(shown(&settings, &r), "-\t-#");
        let only_key = ["print.key=true", "print.value=false"];
        assert_eq!(shown(&only_key, &r), "null\n");
    }

    #[test]
    fn null_is_deserialized_as_its_literal() {
        let class = "value.deserializer=org.apache.kafka.common.serialization.IntegerDeserializer";
        assert_eq!(shown(&[class], &record(None, None)), "1853189228\n");
    }

    #[test]
    fn old_names_lead_to_today_s() {
        let old = "kafka.coordinator.group.GroupMetadataManager$OffsetsMessageFormatter";
        let new = renamed(old).unwrap();
        assert!(Formatter::by_class(&new, &Properties::new(), &|_, _| {}).is_ok());
        assert!(Formatter::by_class(old, &Properties::new(), &|_, _| {}).is_err());
    }
}
