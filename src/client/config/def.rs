//! Kafka's `ConfigDef` in small: definitions of settings, and how text becomes their values, with the messages
//! that the Java clients give.
//!
//! Settings that no definition names are ignored, as Java ignores them (it logs them at INFO).

use crate::base::SortedMap;
use crate::client::ClientError;

/// Settings as a user writes them.
pub type Properties = SortedMap<String, String>;

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Boolean,
    Int,
    Long,
    String,
    /// Comma-separated.
    List,
}

/// What a value must be besides of its type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    Any,
    AtLeast(i64),
    Between(i64, i64),
    /// In this range, or -1.
    BetweenOrMinusOne(i64, i64),
    OneOf(&'static [&'static str]),
    OneOfIgnoringCase(&'static [&'static str]),
    NonEmpty,
    /// A list of at least one, none of them empty.
    NonEmptyList,
    OffsetReset,
}

/// A definition. Without a default a setting is `null`, or required.
pub(crate) struct Def {
    pub name: &'static str,
    pub ty: Type,
    pub default: Option<&'static str>,
    pub check: Check,
    pub required: bool,
}

/// Shorthand for the tables.
pub(crate) const fn def(name: &'static str, ty: Type, default: &'static str, check: Check) -> Def {
    Def {
        name,
        ty,
        default: Some(default),
        check,
        required: false,
    }
}

/// A setting that is `null` unless it is set.
pub(crate) const fn nullable(name: &'static str, ty: Type, check: Check) -> Def {
    Def {
        name,
        ty,
        default: None,
        check,
        required: false,
    }
}

/// The parsed values of all definitions of one client.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    values: SortedMap<&'static str, Value>,
    set: Vec<&'static str>,
}

#[derive(Debug, Clone)]
enum Value {
    Null,
    Boolean(bool),
    Number(i64),
    Text(String),
    List(Vec<String>),
}

impl Values {
    /// Reads `properties` by `defs`. The first wrong one, in the order of the definitions, is the error.
    pub fn parse(defs: &[&[Def]], properties: &Properties) -> Result<Values, ClientError> {
        let mut out = Values {
            values: SortedMap::new(),
            set: Vec::new(),
        };
        for def in defs.iter().copied().flatten() {
            let value = match (properties.get(def.name), def.default) {
                (Some(text), _) => {
                    out.set.push(def.name);
                    parse_value(def, text)?
                }
                (None, Some(default)) => parse_value(def, default)?,
                (None, None) if def.required => {
                    return Err(ClientError::Config(format!(
                        "Missing required configuration \"{}\" which has no default value.",
                        def.name
                    )));
                }
                (None, None) => Value::Null,
            };
            out.values.insert(def.name, value);
        }
        Ok(out)
    }

    /// Whether the user wrote the setting.
    pub fn is_set(&self, name: &str) -> bool {
        self.set.contains(&name)
    }

    pub fn boolean(&self, name: &str) -> bool {
        matches!(self.get(name), Value::Boolean(true))
    }

    pub fn number(&self, name: &str) -> i64 {
        match self.get(name) {
            Value::Number(n) => *n,
            _ => 0,
        }
    }

    /// A number of milliseconds; what Java allows below 0 is 0 here.
    pub fn ms(&self, name: &str) -> u64 {
        self.number(name).max(0) as u64
    }

    pub fn int(&self, name: &str) -> i32 {
        self.number(name) as i32
    }

    pub fn text(&self, name: &str) -> Option<String> {
        match self.get(name) {
            Value::Text(s) => Some(s.clone()),
            _ => None,
        }
    }

    pub fn string(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    pub fn list(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Value::List(items) => items.clone(),
            _ => Vec::new(),
        }
    }

    fn get(&self, name: &str) -> &Value {
        self.values
            .get(name)
            .expect("only defined settings are asked for")
    }
}

fn parse_value(def: &Def, text: &str) -> Result<Value, ClientError> {
    let trimmed = text.trim();
    let value = match def.ty {
        Type::Boolean if trimmed.eq_ignore_ascii_case("true") => Value::Boolean(true),
        Type::Boolean if trimmed.eq_ignore_ascii_case("false") => Value::Boolean(false),
        Type::Boolean => {
            return Err(invalid(
                def,
                trimmed,
                "Expected value to be either true or false",
            ));
        }
        Type::Int => Value::Number(i64::from(
            trimmed
                .parse::<i32>()
                .map_err(|_| invalid(def, text, "Not a number of type INT"))?,
        )),
        Type::Long => Value::Number(
            trimmed
                .parse::<i64>()
                .map_err(|_| invalid(def, text, "Not a number of type LONG"))?,
        ),
        Type::String => Value::Text(trimmed.to_owned()),
        Type::List if trimmed.is_empty() => Value::List(Vec::new()),
        Type::List => Value::List(trimmed.split(',').map(|s| s.trim().to_owned()).collect()),
    };
    check_value(def, &value)?;
    Ok(value)
}

fn check_value(def: &Def, value: &Value) -> Result<(), ClientError> {
    match (&def.check, value) {
        (Check::AtLeast(min), Value::Number(n)) if n < min => Err(invalid(
            def,
            &n.to_string(),
            &format!("Value must be at least {min}"),
        )),
        (Check::Between(min, max), Value::Number(n)) => check_range(def, *n, *min, *max),
        (Check::BetweenOrMinusOne(min, max), Value::Number(n))
            if *n != -1 && !(*min..=*max).contains(n) =>
        {
            let why = format!("Value must be between {min} and {max} or equal to -1");
            Err(invalid(def, &n.to_string(), &why))
        }
        (Check::OneOf(valid), Value::Text(s)) if !valid.contains(&s.as_str()) => Err(invalid(
            def,
            s,
            &format!("String must be one of: {}", valid.join(", ")),
        )),
        (Check::OneOfIgnoringCase(valid), Value::Text(s))
            if !valid.iter().any(|v| v.eq_ignore_ascii_case(s)) =>
        {
            let why = format!(
                "String must be one of (case insensitive): {}",
                valid.join(", ")
            );
            Err(invalid(def, s, &why))
        }
        (Check::NonEmpty, Value::Text(s)) if s.is_empty() => {
            Err(invalid(def, s, "String must be non-empty"))
        }
        (Check::NonEmptyList, Value::List(items)) if items.is_empty() => {
            Err(ClientError::Config(format!(
                "Configuration '{}' must not be empty. Valid values include: any non-empty value",
                def.name
            )))
        }
        (Check::NonEmptyList, Value::List(items)) if items.iter().any(String::is_empty) => {
            Err(ClientError::Config(format!(
                "Configuration '{}' values must not be empty.",
                def.name
            )))
        }
        (Check::OffsetReset, Value::Text(s)) if super::OffsetReset::parse(s).is_none() => {
            let why = format!(
                "Invalid value `{s}` for configuration {}. The value must be either 'earliest', \
                 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.",
                def.name
            );
            Err(invalid(def, s, &why))
        }
        _ => Ok(()),
    }
}

fn check_range(def: &Def, n: i64, min: i64, max: i64) -> Result<(), ClientError> {
    let why = if n < min {
        format!("Value must be at least {min}")
    } else if n > max {
        format!("Value must be no more than {max}")
    } else {
        return Ok(());
    };
    Err(invalid(def, &n.to_string(), &why))
}

fn invalid(def: &Def, value: &str, why: &str) -> ClientError {
    ClientError::Config(format!(
        "Invalid value {value} for configuration {}: {why}",
        def.name
    ))
}
