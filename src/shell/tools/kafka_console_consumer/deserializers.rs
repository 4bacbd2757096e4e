//! Kafka's own deserializers, as far as what they make can be shown as text.

use super::super::failure::Failure;
use super::super::java;

/// Turns bytes into the text of the object that they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deserializer {
    Boolean,
    ByteArray,
    ByteBuffer,
    Bytes,
    Double,
    Float,
    Integer,
    Long,
    Short,
    String,
    Uuid,
    Void,
}

const PACKAGE: &str = "org.apache.kafka.common.serialization.";

impl Deserializer {
    /// The deserializer of this class, or what Java says when it cannot make one.
    pub fn by_class(class: &str) -> Result<Deserializer, Failure> {
        use Deserializer::*;
        Ok(match class.strip_prefix(PACKAGE) {
            Some("BooleanDeserializer") => Boolean,
            Some("ByteArrayDeserializer") => ByteArray,
            Some("ByteBufferDeserializer") => ByteBuffer,
            Some("BytesDeserializer") => Bytes,
            Some("DoubleDeserializer") => Double,
            Some("FloatDeserializer") => Float,
            Some("IntegerDeserializer") => Integer,
            Some("LongDeserializer") => Long,
            Some("ShortDeserializer") => Short,
            Some("StringDeserializer") => String,
            Some("UUIDDeserializer") => Uuid,
            Some("VoidDeserializer") => Void,
            Some("ListDeserializer") => {
                return Err(Failure::new(
                    "org.apache.kafka.common.config.ConfigException",
                    "Not able to determine the list class because it was neither passed via the constructor nor set in the config.",
                ));
            }
            _ => return Err(Failure::new("java.lang.ClassNotFoundException", class)),
        })
    }

    /// Appends `toString()` of the object that `data` stands for.
    pub fn write(self, data: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let text = match self {
            Deserializer::String => {
                match std::str::from_utf8(data) {
                    Ok(_) => out.extend_from_slice(data),
                    Err(_) => out.extend(String::from_utf8_lossy(data).bytes()),
                }
                return Ok(());
            }
            Deserializer::Boolean => match data {
                [1] => "true".to_owned(),
                [0] => "false".to_owned(),
                [other] => {
                    let other = *other as i8;
                    return Err(wrong(format!(
                        "Unexpected byte received by BooleanDeserializer: {other}"
                    )));
                }
                _ => {
                    return Err(wrong(
                        "Size of data received by BooleanDeserializer is not 1",
                    ));
                }
            },
            Deserializer::Short => {
                i16::from_be_bytes(sized(data, "ShortDeserializer")?).to_string()
            }
            Deserializer::Integer => {
                i32::from_be_bytes(sized(data, "IntegerDeserializer")?).to_string()
            }
            Deserializer::Long => i64::from_be_bytes(sized(data, "LongDeserializer")?).to_string(),
            Deserializer::Float => {
                java::float_text(f32::from_be_bytes(sized(data, "Deserializer")?))
            }
            Deserializer::Double => {
                java::double_text(f64::from_be_bytes(sized(data, "Deserializer")?))
            }
            Deserializer::Bytes => escaped(data),
            Deserializer::ByteArray => format!("[B@{:x}", identity(data)),
            Deserializer::ByteBuffer => {
                let length = data.len();
                format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]")
            }
            Deserializer::Uuid => uuid(data)?,
            Deserializer::Void => {
                let why = "Data should be null for a VoidDeserializer.";
                return Err(Failure::illegal_argument(why));
            }
        };
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

fn wrong(message: impl Into<String>) -> Failure {
    let class = "org.apache.kafka.common.errors.SerializationException";
    Failure::new(class, message)
}

fn sized<const N: usize>(data: &[u8], name: &str) -> Result<[u8; N], Failure> {
    data.try_into()
        .map_err(|_| wrong(format!("Size of data received by {name} is not {N}")))
}

/// `Bytes.toString`: what is not printable as `\xNN`.
fn escaped(data: &[u8]) -> String {
    let mut text = String::new();
    for byte in data {
        match byte {
            b'\\' => text.push_str("\\x5C"),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02X}")),
        }
    }
    text
}

/// Java shows an array by its identity, which says nothing; the same bytes get the same number here.
fn identity(data: &[u8]) -> u32 {
    data.iter().fold(1u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(*byte))
    }) & 0x7fff_ffff
}

/// `UUID.fromString`, which also takes groups with fewer digits.
fn uuid(data: &[u8]) -> Result<String, Failure> {
    let text = String::from_utf8_lossy(data);
    let groups: Vec<&str> = text.split('-').collect();
    let widths = [8, 4, 4, 4, 12];
    let number = |group: &&str| match group.len() {
        1..=16 => u64::from_str_radix(group, 16).ok(),
        _ => None,
    };
    let parsed: Option<Vec<u64>> = groups.iter().map(number).collect();
    match parsed {
        Some(numbers) if numbers.len() == widths.len() => {
            let part = |(n, width): (&u64, usize)| {
                let mask = u64::MAX >> (64 - 4 * width);
                format!("{:0width$x}", n & mask)
            };
            let parts: Vec<String> = numbers.iter().zip(widths).map(part).collect();
            Ok(parts.join("-"))
        }
        _ => Err(
            wrong("Error parsing data into UUID").caused_by(Failure::illegal_argument(format!(
                "Invalid UUID string: {text}"
            ))),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, data: &[u8]) -> Result<String, String> {
        let deserializer = Deserializer::by_class(&format!("{PACKAGE}{name}Deserializer"));
        let mut out = Vec::new();
        match deserializer.unwrap().write(data, &mut out) {
            Ok(()) => Ok(String::from_utf8(out).unwrap()),
            Err(failure) => Err(failure.message().to_owned()),
        }
    }

    #[test]
    fn objects_are_shown_as_java_shows_them() {
        assert_eq!(shown("Integer", &[0, 0, 1, 0]), Ok("256".into()));
        assert_eq!(shown("Double", &2.5f64.to_be_bytes()), Ok("2.5".into()));
        assert_eq!(
            shown("Bytes", b"a\\\x01\xff"),
            Ok("a\\x5C\\x01\\xFF".into())
        );
        assert_eq!(shown("Boolean", &[1]), Ok("true".into()));
        assert_eq!(
            shown("UUID", b"1-2-3-4-5"),
            Ok("00000001-0002-0003-0004-000000000005".into())
        );
    }

    #[test]
    fn wrong_bytes_are_refused_in_java_s_words() {
        assert_eq!(
            shown("Long", b"odd"),
            Err("Size of data received by LongDeserializer is not 8".into())
        );
        assert_eq!(
            shown("Float", b""),
            Err("Size of data received by Deserializer is not 4".into())
        );
        assert_eq!(
            shown("UUID", b"x"),
            Err("Error parsing data into UUID".into())
        );
        assert!(Deserializer::by_class("no.such.Deserializer").is_err());
    }
}
