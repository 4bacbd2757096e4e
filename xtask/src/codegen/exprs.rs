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

    /// Reads the field from `r`.
    pub fn decode(&self) -> String {
        let null = self.null_allowed();
        match (&self.field.ty, self.is_option()) {
            (Type::String, true) if self.field.legacy_length => "r.legacy_string_opt()?".to_owned(),
            (Type::Scalar(name), _) => format!("r.{name}()?"),
            (Type::String, false) => "r.string()?".to_owned(),
            (Type::String, true) => format!("r.string_opt({null})?"),
            (Type::Bytes, false) => "r.bytes()?".to_owned(),
            (Type::Bytes, true) => format!("r.bytes_opt({null})?"),
            (Type::Records, false) => "r.records()?".to_owned(),
            (Type::Records, true) => format!("r.records_opt({null})?"),
            (Type::Struct(name), false) => format!("{name}::decode(r, version)?"),
            (Type::Struct(name), true) => format!(
                "if r.present({null})? {{ Some({name}::decode(r, version)?) }} else {{ None }}"
            ),
            (Type::Array(element), false) => format!("r.array({})?", element_reader(element)),
            (Type::Array(element), true) => {
                format!("r.array_opt({null}, {})?", element_reader(element))
            }
        }
    }

    /// Writes the field of `self` to `w`.
    pub fn encode(&self) -> String {
        let place = format!("self.{}", self.field.name);
        let null = self.null_result();
        match (&self.field.ty, self.is_option()) {
            (Type::String, true) if self.field.legacy_length => {
                format!("w.legacy_string_opt({place}.as_deref())?;")
            }
            (Type::Scalar(name), _) => format!("w.{name}({place});"),
            (Type::String, false) => format!("w.string(&{place})?;"),
            (Type::String, true) => format!("w.string_opt({place}.as_deref(), {null})?;"),
            (Type::Bytes, false) => format!("w.bytes(&{place})?;"),
            (Type::Bytes, true) => format!("w.bytes_opt({place}.as_ref(), {null})?;"),
            (Type::Records, false) => format!("w.records(&{place})?;"),
            (Type::Records, true) => format!("w.records_opt({place}.as_ref(), {null})?;"),
            (Type::Struct(_), false) => format!("{place}.encode(w, version)?;"),
            (Type::Struct(_), true) => format!(
                "match &{place} {{
                    Some(value) => {{ w.present(); value.encode(w, version)?; }}
                    None => w.null_struct({null})?,
                }}"
            ),
            (Type::Array(element), false) => write_array(element, &place, &format!("&{place}")),
            (Type::Array(element), true) => format!(
                "match &{place} {{
                    Some(values) => {{ {} }}
                    None => w.null_array({null})?,
                }}",
                write_array(element, "values", "values")
            ),
        }
    }

    /// Whether null may stand here, as an expression over `version`.
    pub fn null_allowed(&self) -> String {
        let Some(versions) = self.versions else {
            return "true".to_owned();
        };
        let nullable = self.field.nullable.and_then(|n| n.intersect(versions));
        condition(nullable, versions).unwrap_or_else(|| "true".to_owned())
    }

    fn null_result(&self) -> String {
        match self.null_allowed().as_str() {
            "true" => "Ok(())".to_owned(),
            allowed => format!("null_if({allowed}, {:?}, version)", self.plain_name()),
        }
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

fn element_reader(element: &Type) -> String {
    match element {
        Type::Scalar(name) => format!("Reader::{name}"),
        Type::String => "Reader::string".to_owned(),
        Type::Bytes => "Reader::bytes".to_owned(),
        Type::Records => "Reader::records".to_owned(),
        Type::Struct(name) => format!("|r| {name}::decode(r, version)"),
        Type::Array(inner) => format!("|r| r.array({})", element_reader(inner)),
    }
}

fn write_array(element: &Type, place: &str, iterated: &str) -> String {
    let each = match element {
        Type::Scalar(name) => format!("w.{name}(*value);"),
        Type::String => "w.string(value)?;".to_owned(),
        Type::Bytes => "w.bytes(value)?;".to_owned(),
        Type::Records => "w.records(value)?;".to_owned(),
        Type::Struct(_) => "value.encode(w, version)?;".to_owned(),
        Type::Array(inner) => write_array(inner, "value", "value"),
    };
    format!("w.array_len({place}.len())?; for value in {iterated} {{ {each} }}")
}

/// A default such as `-1` or `0x7fffffff`.
fn integer(text: &str) -> Result<i64> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.with_context(|| format!("default {text} is not a number"))
}
