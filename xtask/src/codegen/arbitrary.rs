//! Rust source for the tests: a random value of every message that a given version can carry.

use super::emit::header;
use super::exprs::FieldCode;
use super::schema::{Message, Struct, Type};
use anyhow::Result;
use std::fmt::Write;

/// The source of `tests/wire/generated/arbitrary.rs`.
pub fn all(messages: &[Message]) -> Result<String> {
    let mut out = header("Random values of every message, for property tests.");
    out.push_str(
        "#![allow(clippy::field_reassign_with_default)]\n\n\
         use crate::random::{Arbitrary, Random};\nuse kafka_sandbox::protocol::generated as g;\n\n",
    );
    for message in messages {
        for item in &message.structs {
            implement(message, item, &mut out)?;
        }
    }
    Ok(out)
}

fn implement(message: &Message, item: &Struct, out: &mut String) -> Result<()> {
    let mut body = String::new();
    for field in &item.fields {
        let code = FieldCode::new(message, field);
        if code.versions.is_none() {
            continue;
        }
        let value = value(&field.ty, code.is_option().then(|| code.null_allowed()));
        let assign = format!("m.{} = {value};", field.name);
        match code.present_if() {
            None => writeln!(body, "{assign}")?,
            Some(condition) => writeln!(body, "if {condition} {{ {assign} }}")?,
        }
    }
    if let Some(from) = message.flexible_from {
        writeln!(
            body,
            "if version >= {from} {{ m.unknown_tagged_fields = r.unknown_tags(); }}"
        )?;
    }
    let unused = if body.contains("version") { "" } else { "_" };
    let unused_r = if body.is_empty() { "_" } else { "" };
    let mutable = if body.is_empty() { "" } else { "mut " };
    write!(
        out,
        "impl Arbitrary for g::{}::{} {{
            fn arbitrary({unused_r}r: &mut Random, {unused}version: i16) -> Self {{
                let {mutable}m = Self::default();
                {body}
                m
            }}
        }}\n\n",
        message.module(),
        item.name
    )?;
    Ok(())
}

fn value(ty: &Type, nullable: Option<String>) -> String {
    let plain = match ty {
        Type::Scalar(name) => format!("r.{name}()"),
        Type::String => "r.string()".to_owned(),
        Type::Bytes => "r.bytes()".to_owned(),
        Type::Records => "r.rope()".to_owned(),
        Type::Struct(_) => "Arbitrary::arbitrary(r, version)".to_owned(),
        Type::Array(element) => format!("r.array(|r| {})", value(element, None)),
    };
    match nullable {
        None => plain,
        Some(allowed) => format!("r.option({allowed}, |r| {plain})"),
    }
}
