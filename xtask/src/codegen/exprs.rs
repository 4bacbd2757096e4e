//! Rust expressions for one field: its type, its default, how it is read and how it is written.

use super::schema::{Field, Message, Type, Versions};
use anyhow::{Context, Result};

/// One field in the message that it belongs to.
pub struct FieldCode<'a> {
    pub field: &'a Field,
    /// The valid versions of the message.
    valid: Versions,
    /// The versions that have the field, cut to the valid ones.
    pub versions: Option<Versions>,
}

impl<'a> FieldCode<'a> {
    pub fn new(message: &Message, field: &'a Field) -> Self {
        let versions = field.versions.and_then(|v| v.intersect(message.valid));
        FieldCode {
            field,
            valid: message.valid,
            versions,
        }
    }

    pub fn is_option(&self) -> bool {
        self.field.nullable.is_some()
    }

    pub fn rust_type(&self) -> String {
        let plain = type_name(&self.field.ty);
        if self.is_option() {
            format!("Option<{plain}>")
        } else {
            plain
        }
    }

    /// The condition under which a version has the field; `None` if all valid ones have it.
    pub fn present_if(&self) -> Option<String> {
        condition(self.versions, self.valid)
    }

    /// The versions in which the field is tagged, cut to the valid ones.
    pub fn tagged_versions(&self) -> Option<Versions> {
        let (_, tagged) = self.field.tag?;
        self.versions?.intersect(tagged)
    }

    pub fn tagged_if(&self) -> Option<String> {
        condition(self.tagged_versions(), self.valid)
    }

    /// The default, unless it is the type's own.
    pub fn default(&self) -> Result<Option<String>> {
        let field = self.field;
        let text = field.default.as_deref().unwrap_or("");
        let some = |value: &str| format!("Some({value})");
        let own = match (&field.ty, text) {
            (_, "null") | (Type::Records, "") => None,
            (Type::Scalar("bool"), "" | "false") => None,
            (Type::Scalar("bool"), value) => Some(value.to_owned()),
            (Type::Scalar("uuid" | "f64"), "") => None,
            (Type::Scalar(_), "") => None,
            (Type::Scalar(_), value) => match integer(value)? {
                0 => None,
                number => Some(number.to_string()),
            },
            (_, "") if self.is_option() => Some(some(match field.ty {
                Type::String => "String::new()",
                Type::Bytes => "Bytes::new()",
                Type::Array(_) => "Vec::new()",
                _ => "Default::default()",
            })),
            (_, "") => None,
            (Type::String, value) if self.is_option() => {
                Some(some(&format!("{value:?}.to_owned()")))
            }
            (Type::String, value) => Some(format!("{value:?}.to_owned()")),
            (ty, value) => anyhow::bail!("default {value} of type {ty:?}"),
        };
        Ok(own)
    }

    /// Whether the value at `place` is not the default, so that it must not get lost.
    pub fn differs(&self, place: &str) -> Result<String> {
        let default = self.default()?;
        if self.is_option() {
            return Ok(match (&default, &self.field.ty) {
                (None, _) => format!("{place}.is_some()"),
                (Some(_), Type::Struct(name)) => {
                    format!("{place}.as_ref() != Some(&{name}::default())")
                }
                (Some(_), _) if self.field.default.as_deref().unwrap_or("").is_empty() => {
                    format!("{place}.as_ref().is_none_or(|v| !v.is_empty())")
                }
                (Some(value), _) => format!("{place} != {value}"),
            });
        }
        Ok(match (&self.field.ty, default) {
            (Type::Scalar("bool"), None) => place.to_owned(),
            (Type::Scalar("bool"), Some(_)) => format!("!{place}"),
            (Type::Scalar("uuid"), _) => format!("!{place}.is_zero()"),
            (Type::Scalar("f64"), _) => format!("{place} != 0.0"),
            (Type::Scalar(_), None) => format!("{place} != 0"),
            (Type::Scalar(_), Some(value)) => format!("{place} != {value}"),
            (Type::Struct(name), _) => format!("{place} != {name}::default()"),
            (Type::String, Some(value)) => format!("{place} != {value}"),
            (_, _) => format!("!{place}.is_empty()"),
        })
    }

    /// Reads the field of `self` from `r`.
    pub fn read(&self) -> String {
        let place = format!("self.{}", self.field.name);
        match self.optional_kind() {
            None => format!("{place}.read(r);"),
            Some("legacy_string") => format!("r.legacy_string_opt(&mut {place});"),
            Some(kind) => format!("r.{kind}_opt(&mut {place}, {});", self.null_allowed()),
        }
    }

    /// Writes the field of `self` to `w`.
    pub fn write(&self) -> String {
        let place = format!("self.{}", self.field.name);
        match self.optional_kind() {
            None => format!("{place}.write(w);"),
            Some("legacy_string") => format!("w.legacy_string_opt(&{place});"),
            Some(kind) => format!(
                "w.{kind}_opt(&{place}, {}, {:?});",
                self.null_allowed(),
                self.plain_name()
            ),
        }
    }

    /// How null is told in front of the field; `None` if it has no null.
    fn optional_kind(&self) -> Option<&'static str> {
        if !self.is_option() {
            return None;
        }
        Some(match &self.field.ty {
            Type::String if self.field.legacy_length => "legacy_string",
            Type::String => "string",
            Type::Bytes => "bytes",
            Type::Records => "records",
            Type::Struct(_) => "struct",
            Type::Array(_) => "array",
            Type::Scalar(name) => unreachable!("{name} has no null"),
        })
    }

    /// Whether null may stand here, as an expression over `version`.
    pub fn null_allowed(&self) -> String {
        let Some(versions) = self.versions else {
            return "true".to_owned();
        };
        let nullable = self.field.nullable.and_then(|n| n.intersect(versions));
        condition(nullable, versions).unwrap_or_else(|| "true".to_owned())
    }

    pub fn plain_name(&self) -> &str {
        self.field.name.trim_start_matches("r#")
    }

    /// Doc comment of the field: which versions have it, where not all do.
    pub fn doc(&self) -> String {
        let mut parts = Vec::new();
        match self.versions {
            None => parts.push("In no version".to_owned()),
            Some(v) if v != self.valid => parts.push(format!("Versions {}", range(v, self.valid))),
            Some(_) => {}
        }
        let nullable = self
            .field
            .nullable
            .and_then(|n| n.intersect(self.versions?));
        if nullable.is_some() && nullable != self.versions {
            parts.push(nullable.map_or_else(String::new, |n| {
                format!("may be null in {}", range(n, self.valid))
            }));
        }
        let mut text = parts.join("; ");
        if text.is_empty() {
            return text;
        }
        text[..1].make_ascii_uppercase();
        format!("/// {text}.\n")
    }
}

fn range(versions: Versions, valid: Versions) -> String {
    match versions {
        Versions { from, to } if from == to => from.to_string(),
        Versions { from, to } if to >= valid.to => format!("{from}+"),
        Versions { from, to } => format!("{from}–{to}"),
    }
}

/// `version` lies in `versions`, given that it lies in `within`; `None` if that is always so.
fn condition(versions: Option<Versions>, within: Versions) -> Option<String> {
    let Some(versions) = versions else {
        return Some("false".to_owned());
    };
    let (from, to) = (versions.from, versions.to);
    match (from > within.from, to < within.to) {
        (false, false) => None,
        (true, false) => Some(format!("version >= {from}")),
        (false, true) => Some(format!("version <= {to}")),
        (true, true) => Some(format!("({from}..={to}).contains(&version)")),
    }
}

pub fn type_name(ty: &Type) -> String {
    match ty {
        Type::Scalar("uuid") => "Uuid".to_owned(),
        Type::Scalar(name) => (*name).to_owned(),
        Type::String => "String".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Records => "Rope".to_owned(),
        Type::Struct(name) => name.clone(),
        Type::Array(element) => format!("Vec<{}>", type_name(element)),
    }
}

/// A default such as `-1` or `0x7fffffff`.
fn integer(text: &str) -> Result<i64> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.with_context(|| format!("default {text} is not a number"))
}
