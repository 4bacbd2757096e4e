//! Completions and hovers in the shapes of `www/src/client/types.ts`. JavaScript counts UTF-16 units, the shell bytes.

use crate::shell::complete::{Candidate, CandidateKind, Completions};
use crate::wasm::viewer::object;
use js_sys::Array;
use wasm_bindgen::JsValue;

/// The byte at which the UTF-16 unit `unit` of the text begins; its end when there are not so many.
pub fn byte_at(text: &str, unit: usize) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units >= unit {
            return at;
        }
        units += c.len_utf16();
    }
    text.len()
}

fn unit_at(text: &str, byte: usize) -> JsValue {
    let units: usize = text[..byte].chars().map(char::len_utf16).sum();
    (units as u32).into()
}

pub fn completions(source: &str, found: &Completions) -> JsValue {
    let options: Array = found.candidates.iter().map(candidate).collect();
    object(&[
        ("from", unit_at(source, found.from)),
        ("options", options.into()),
    ])
}

pub fn hover(source: &str, from: usize, to: usize, text: &str) -> JsValue {
    object(&[
        ("from", unit_at(source, from)),
        ("to", unit_at(source, to)),
        ("text", text.into()),
    ])
}

fn candidate(candidate: &Candidate) -> JsValue {
    let kind = match candidate.kind {
        CandidateKind::Command => "command",
        CandidateKind::Option => "option",
        CandidateKind::Topic => "topic",
        CandidateKind::Group => "group",
        CandidateKind::File => "file",
        CandidateKind::Value => "value",
        CandidateKind::Variable => "variable",
    };
    object(&[
        ("label", candidate.label.as_str().into()),
        ("kind", kind.into()),
        ("detail", candidate.detail.as_str().into()),
        ("info", candidate.info.as_str().into()),
    ])
}
