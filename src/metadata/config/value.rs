//! One config value: from text to a checked value and back, with Kafka's messages when it is wrong.
//!
//! Does not know names; whether an entry exists and whether several fit together is `validate`'s
//! matter.

use super::{ConfigKey, ListRule, Validator, ValueType};
use crate::base::SortedSet;
use std::fmt;

/// Why a value or a set of values is refused; the text is Kafka's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// A parsed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Bool(bool),
    /// Int, short and long.
    Int(i64),
    Double(f64),
    /// String, class and password.
    Text(String),
    List(Vec<String>),
}

impl fmt::Display for Value {
    /// As `ConfigDef.convertToString` writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Double(value) => write_java_double(f, *value),
            Value::Text(value) => f.write_str(value),
            Value::List(values) => f.write_str(&values.join(",")),
        }
    }
}

/// `Double.toString`.
fn write_java_double(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    let size = value.abs();
    if value.is_nan() {
        return f.write_str("NaN");
    }
    if value.is_infinite() {
        return f.write_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return write!(f, "{value:?}");
    }
    let text = format!("{value:E}");
    let (digits, exponent) = text.split_once('E').expect("an exponent was asked for");
    let point = if digits.contains('.') { "" } else { ".0" };
    write!(f, "{digits}{point}E{exponent}")
}

fn invalid(name: &str, value: impl fmt::Display, why: impl fmt::Display) -> ConfigError {
    ConfigError(format!(
        "Invalid value {value} for configuration {name}: {why}"
    ))
}

/// As `String.trim`: all up to the space.
fn trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

fn parse_double(text: &str) -> Option<f64> {
    let number = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    match number {
        "NaN" => return Some(f64::NAN),
        "Infinity" | "+Infinity" => return Some(f64::INFINITY),
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let plain = number
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if plain { number.parse().ok() } else { None }
}

impl ConfigKey {
    /// Parses and checks `text`.
    pub fn parse(&self, text: &str) -> Result<Value, ConfigError> {
        let mut value = self.parse_type(text)?;
        if let (Value::List(list), Validator::ListOf(..)) = (&mut value, self.validator) {
            // Kafka keeps the first of equal items.
            let mut seen = SortedSet::new();
            list.retain(|item| seen.insert(item.clone()));
        }
        self.check(&value)?;
        Ok(value)
    }

    /// The default, parsed.
    pub fn default_value(&self) -> Option<Value> {
        self.default.map(|text| {
            self.parse_type(text)
                .expect("defaults have their key's type")
        })
    }

    fn parse_type(&self, text: &str) -> Result<Value, ConfigError> {
        let trimmed = trim(text);
        let number = |parsed: Option<i64>| {
            parsed.map(Value::Int).ok_or_else(|| {
                invalid(
                    self.name,
                    text,
                    format_args!("Not a number of type {}", self.value_type.kafka_name()),
                )
            })
        };
        match self.value_type {
            ValueType::Boolean if trimmed.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            ValueType::Boolean if trimmed.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            ValueType::Boolean => Err(invalid(
                self.name,
                text,
                "Expected value to be either true or false",
            )),
            ValueType::Int => number(trimmed.parse::<i32>().ok().map(i64::from)),
            ValueType::Short => number(trimmed.parse::<i16>().ok().map(i64::from)),
            ValueType::Long => number(trimmed.parse().ok()),
            ValueType::Double => parse_double(trimmed)
                .map(Value::Double)
                .ok_or_else(|| invalid(self.name, text, "Not a number of type DOUBLE")),
            ValueType::String | ValueType::Class | ValueType::Password => {
                Ok(Value::Text(trimmed.to_owned()))
            }
            ValueType::List if trimmed.is_empty() => Ok(Value::List(Vec::new())),
            ValueType::List => Ok(Value::List(
                trimmed
                    .split(',')
                    .map(|part| trim(part).to_owned())
                    .collect(),
            )),
        }
    }

    fn check(&self, value: &Value) -> Result<(), ConfigError> {
        let name = self.name;
        match (self.validator, value) {
            (Validator::AtLeast(low), value) => self.check_range(value, low, f64::INFINITY),
            (Validator::Between(low, high), value) => self.check_range(value, low, high),
            (Validator::OneOf(allowed), Value::Text(text)) => one_of(name, text, allowed),
            (Validator::OneOfNoCase(allowed), Value::Text(text)) => {
                if allowed.iter().any(|item| item.eq_ignore_ascii_case(text)) {
                    return Ok(());
                }
                let why = format!(
                    "String must be one of (case insensitive): {}",
                    allowed.join(", ")
                );
                Err(invalid(name, text, why))
            }
            (Validator::ListOf(rule, allowed), Value::List(list)) => {
                check_list(name, list, rule, allowed)
            }
            (Validator::NonEmptyString, Value::Text(text)) if text.is_empty() => {
                Err(invalid(name, text, "String must be non-empty"))
            }
            (Validator::GzipLevel, Value::Int(level))
                if *level != -1 && !(1..=9).contains(level) =>
            {
                Err(invalid(
                    name,
                    level,
                    "Value must be between 1 and 9 or equal to -1",
                ))
            }
            (Validator::ThrottledReplicas, Value::List(list)) => check_throttled(name, list),
            (Validator::ShareOffsetReset, Value::Text(text)) if !is_offset_reset(text) => {
                let why = format!(
                    "Invalid value `{text}` for configuration {name}. The value must be either \
                     'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
                );
                Err(invalid(name, text, why))
            }
            // The rest holds for every value that is not null, or is Kafka's own start-up matter.
            _ => Ok(()),
        }
    }

    fn check_range(&self, value: &Value, low: f64, high: f64) -> Result<(), ConfigError> {
        let number = match value {
            Value::Int(number) => *number as f64,
            Value::Double(number) => *number,
            _ => return Ok(()),
        };
        if number < low {
            return Err(invalid(
                self.name,
                value,
                format_args!("Value must be at least {low}"),
            ));
        }
        if number > high {
            return Err(invalid(
                self.name,
                value,
                format_args!("Value must be no more than {high}"),
            ));
        }
        Ok(())
    }
}

fn one_of(name: &str, text: &str, allowed: &[&str]) -> Result<(), ConfigError> {
    if allowed.contains(&text) {
        return Ok(());
    }
    Err(invalid(
        name,
        text,
        format_args!("String must be one of: {}", allowed.join(", ")),
    ))
}

fn check_list(
    name: &str,
    list: &[String],
    rule: ListRule,
    allowed: &[&str],
) -> Result<(), ConfigError> {
    let refuse = |text: String| Err(ConfigError(format!("Configuration '{name}' {text}")));
    if list.is_empty() && matches!(rule, ListRule::NonEmpty | ListRule::NullOk) {
        let valid = if allowed.is_empty() {
            "any non-empty value".to_owned()
        } else {
            format!("[{}]", allowed.join(", "))
        };
        return refuse(format!("must not be empty. Valid values include: {valid}"));
    }
    for item in list {
        if item.is_empty() {
            return refuse("values must not be empty.".to_owned());
        }
        if !allowed.is_empty() {
            one_of(name, item, allowed)?;
        }
    }
    Ok(())
}

fn check_throttled(name: &str, list: &[String]) -> Result<(), ConfigError> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let pair = |item: &String| {
        let parts = item.split_once(':');
        item.is_empty() || parts.is_some_and(|(p, b)| digits(p) && digits(b))
    };
    if list.iter().all(pair) || list.concat() == "*" {
        return Ok(());
    }
    let why = format!(
        "{name} must be the literal '*' or a list of replicas in the following format: \
         [partitionId]:[brokerId],[partitionId]:[brokerId],..."
    );
    Err(invalid(name, format_args!("[{}]", list.join(", ")), why))
}

/// `earliest`, `latest` or `by_duration:` and an ISO 8601 duration that is not negative.
fn is_offset_reset(text: &str) -> bool {
    if text.eq_ignore_ascii_case("earliest") || text.eq_ignore_ascii_case("latest") {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let Some(duration) = lower.strip_prefix("by_duration:p") else {
        return false;
    };
    let (days, time) = match duration.split_once('t') {
        Some((days, time)) if !time.is_empty() => (days, Some(time)),
        Some(_) => return false,
        None => (duration, None),
    };
    if days.is_empty() && time.is_none() {
        return false;
    }
    (days.is_empty() || take_units(days, "d")) && time.is_none_or(|time| take_units(time, "hms"))
}

/// Numbers each followed by a unit, the units in the order given, each at most once.
fn take_units(mut text: &str, units: &str) -> bool {
    let mut left = units;
    while !text.is_empty() {
        let end = text.bytes().position(|b| b.is_ascii_alphabetic());
        let Some(end) = end.filter(|end| *end > 0) else {
            return false;
        };
        let (number, unit) = (&text[..end], &text[end..=end]);
        let whole = number.bytes().all(|b| b.is_ascii_digit());
        let fraction = unit == "s"
            && number.split_once('.').is_some_and(|(whole, fraction)| {
                let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
                !whole.is_empty() && digits(whole) && digits(fraction) && fraction.len() <= 9
            });
        let Some(at) = left.find(unit) else {
            return false;
        };
        if !whole && !fraction {
            return false;
        }
        left = &left[at + 1..];
        text = &text[end + 1..];
    }
    true
}
