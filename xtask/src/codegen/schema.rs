//! Kafka's message schemas: JSON with comments, read into types that the emitters walk.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A range of versions; open ranges end at `i16::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    pub from: i16,
    pub to: i16,
}

impl Versions {
    pub fn intersect(self, other: Versions) -> Option<Versions> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from <= to).then_some(Versions { from, to })
    }
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Request,
    Response,
    Header,
    MetadataRecord,
    CoordinatorRecord,
    Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A number, a bool or a UUID, by the name that Rust, `Reader` and `Writer` give it.
    Scalar(&'static str),
    String,
    Bytes,
    Records,
    Struct(String),
    Array(Box<Type>),
}

#[derive(Debug, Clone)]
pub struct Field {
    /// As Rust spells it.
    pub name: String,
    pub ty: Type,
    /// `None`: no version of this message has it any more.
    pub versions: Option<Versions>,
    pub nullable: Option<Versions>,
    /// The tag, and the versions in which the field is tagged.
    pub tag: Option<(u32, Versions)>,
    pub default: Option<String>,
    pub ignorable: bool,
    /// A string with a two-byte length even in flexible versions.
    pub legacy_length: bool,
}

#[derive(Debug, Clone)]
pub struct Struct {
    pub name: String,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub name: String,
    pub kind: Kind,
    pub api_key: Option<i16>,
    pub valid: Versions,
    /// The first flexible version.
    pub flexible_from: Option<i16>,
    /// The message itself, then the structs inside it.
    pub structs: Vec<Struct>,
}

impl Message {
    pub fn module(&self) -> String {
        snake_case(&self.name)
    }
}

/// Reads one schema.
pub fn parse(text: &str) -> Result<Message> {
    let without_comments: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let json: Value = serde_json::from_str(&without_comments.join("\n"))?;
    let name = text_of(&json, "name")?.to_owned();
    let valid = versions(text_of(&json, "validVersions")?)?.context("no valid version")?;
    let flexible = versions(text_of(&json, "flexibleVersions")?)?;
    let kind = match text_of(&json, "type")? {
        "request" => Kind::Request,
        "response" => Kind::Response,
        "header" => Kind::Header,
        "metadata" => Kind::MetadataRecord,
        "coordinator-key" | "coordinator-value" => Kind::CoordinatorRecord,
        "data" => Kind::Data,
        other => bail!("messages of type {other} are not known"),
    };
    let mut structs = Vec::new();
    collect(&name, &json["fields"], &mut structs)?;
    for common in json["commonStructs"].as_array().into_iter().flatten() {
        collect(text_of(common, "name")?, &common["fields"], &mut structs)?;
    }
    Ok(Message {
        name,
        kind,
        api_key: json["apiKey"].as_i64().map(i16::try_from).transpose()?,
        valid,
        flexible_from: flexible.map(|v| v.from),
        structs,
    })
}

fn collect(name: &str, fields: &Value, structs: &mut Vec<Struct>) -> Result<()> {
    let json = fields
        .as_array()
        .with_context(|| format!("{name} has no fields"))?;
    let place = structs.len();
    structs.push(Struct {
        name: name.to_owned(),
        fields: Vec::new(),
    });
    let mut parsed = Vec::new();
    for field in json {
        parsed.push(parse_field(field)?);
        if !field["fields"].is_null() {
            let ty = text_of(field, "type")?.trim_start_matches("[]");
            collect(ty, &field["fields"], structs)?;
        }
    }
    structs[place].fields = parsed;
    Ok(())
}

fn parse_field(json: &Value) -> Result<Field> {
    let name = text_of(json, "name")?;
    let range = |key: &str| {
        json[key]
            .as_str()
            .map(versions)
            .transpose()
            .map(Option::flatten)
    };
    let tag = match (json["tag"].as_u64(), range("taggedVersions")?) {
        (Some(tag), Some(tagged)) => Some((u32::try_from(tag)?, tagged)),
        (None, None) => None,
        _ => bail!("{name} has only one of tag and taggedVersions"),
    };
    let default = match &json["default"] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    Ok(Field {
        name: field_name(name),
        ty: parse_type(text_of(json, "type")?),
        versions: versions(text_of(json, "versions")?)?,
        nullable: range("nullableVersions")?,
        tag,
        default,
        ignorable: json["ignorable"].as_bool().unwrap_or(false),
        legacy_length: json["flexibleVersions"].as_str() == Some("none"),
    })
}

fn parse_type(text: &str) -> Type {
    if let Some(element) = text.strip_prefix("[]") {
        return Type::Array(Box::new(parse_type(element)));
    }
    match text {
        "bool" => Type::Scalar("bool"),
        "int8" => Type::Scalar("i8"),
        "int16" => Type::Scalar("i16"),
        "uint16" => Type::Scalar("u16"),
        "int32" => Type::Scalar("i32"),
        "uint32" => Type::Scalar("u32"),
        "int64" => Type::Scalar("i64"),
        "float64" => Type::Scalar("f64"),
        "uuid" => Type::Scalar("uuid"),
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "records" => Type::Records,
        name => Type::Struct(name.to_owned()),
    }
}

/// `none`, `3`, `0-12` or `4+`.
fn versions(text: &str) -> Result<Option<Versions>> {
    if text == "none" {
        return Ok(None);
    }
    let (from, to) = if let Some(from) = text.strip_suffix('+') {
        (from.parse()?, i16::MAX)
    } else if let Some((from, to)) = text.split_once('-') {
        (from.parse()?, to.parse()?)
    } else {
        (text.parse()?, text.parse()?)
    };
    Ok(Some(Versions { from, to }))
}

fn text_of<'a>(json: &'a Value, key: &str) -> Result<&'a str> {
    json[key]
        .as_str()
        .with_context(|| format!("{key} is missing in {json}"))
}

fn field_name(name: &str) -> String {
    match snake_case(name).as_str() {
        keyword @ ("type" | "match") => format!("r#{keyword}"),
        plain => plain.to_owned(),
    }
}

pub fn snake_case(name: &str) -> String {
    let mut out = String::new();
    let mut before_is_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && before_is_lower {
            out.push('_');
        }
        before_is_lower = !c.is_ascii_uppercase();
        out.push(c.to_ascii_lowercase());
    }
    out
}
