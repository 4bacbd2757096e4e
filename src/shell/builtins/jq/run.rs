//! What `jq`'s filters do with a value.

use super::parse::Filter;
use crate::base::{sort, sort_by};
use crate::shell::builtins::print::general;
use crate::shell::json::Json;
use std::cmp::Ordering;

pub(super) type Values = Result<Vec<Json>, String>;

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

pub(super) fn truth(value: &Json) -> bool {
    !matches!(value, Json::Null | Json::Bool(false))
}

fn compare(a: &Json, b: &Json) -> Ordering {
    let rank = |v: &Json| match v {
        Json::Null => 0,
        Json::Bool(false) => 1,
        Json::Bool(true) => 2,
        Json::Number(_) => 3,
        Json::String(_) => 4,
        Json::Array(_) => 5,
        Json::Object(_) => 6,
    };
    match (a, b) {
        (Json::Number(_), Json::Number(_)) => a
            .as_f64()
            .partial_cmp(&b.as_f64())
            .unwrap_or(Ordering::Equal),
        (Json::String(a), Json::String(b)) => a.cmp(b),
        (Json::Array(a), Json::Array(b)) => {
            let pairs = a.iter().zip(b).map(|(a, b)| compare(a, b));
            pairs
                .fold(Ordering::Equal, Ordering::then)
                .then(a.len().cmp(&b.len()))
        }
        (Json::Object(_), Json::Object(_)) => sorted(a).compact().cmp(&sorted(b).compact()),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// The same value with the members of objects in the order of their names.
pub(super) fn sorted(value: &Json) -> Json {
    match value {
        Json::Array(values) => Json::Array(values.iter().map(sorted).collect()),
        Json::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(n, v)| (n.clone(), sorted(v)))
                .collect();
            sort_by(&mut members, |a, b| a.0.cmp(&b.0));
            Json::Object(members)
        }
        other => other.clone(),
    }
}

fn number(value: f64) -> Json {
    let whole = value.fract() == 0.0 && value.abs() < 1e17;
    Json::Number(if whole {
        format!("{value:.0}")
    } else {
        general(value, 17)
    })
}

fn field(base: &Json, key: &Json) -> Result<Json, String> {
    match (base, key) {
        (Json::Null, Json::String(_) | Json::Number(_)) => Ok(Json::Null),
        (Json::Object(_), Json::String(name)) => Ok(base.get(name).cloned().unwrap_or(Json::Null)),
        (Json::Array(values), Json::Number(_)) => {
            let at = key.as_f64().unwrap_or(0.0).floor() as i64;
            let at = if at < 0 { at + values.len() as i64 } else { at };
            Ok(usize::try_from(at)
                .ok()
                .and_then(|at| values.get(at))
                .cloned()
                .unwrap_or(Json::Null))
        }
        (_, Json::String(name)) => Err(format!("Cannot index {} with \"{name}\"", kind(base))),
        _ => Err(format!("Cannot index {} with {}", kind(base), kind(key))),
    }
}

impl Filter {
    pub fn run(&self, input: &Json) -> Values {
        Ok(match self {
            Filter::Identity => vec![input.clone()],
            Filter::Literal(value) => vec![value.clone()],
            Filter::Field(base, key) => {
                let keys = key.run(input)?;
                let mut found = Vec::new();
                for base in base.run(input)? {
                    for key in &keys {
                        found.push(field(&base, key)?);
                    }
                }
                found
            }
            Filter::Slice(base, from, to) => base
                .run(input)?
                .iter()
                .map(|v| slice(v, *from, *to))
                .collect::<Values>()?,
            Filter::Each(base) => {
                let mut found = Vec::new();
                for value in base.run(input)? {
                    match value {
                        Json::Array(values) => found.extend(values),
                        Json::Object(members) => found.extend(members.into_iter().map(|m| m.1)),
                        other => return Err(format!("Cannot iterate over {}", kind(&other))),
                    }
                }
                found
            }
            Filter::Try(inner) => inner.run(input).unwrap_or_default(),
            Filter::Pipe(left, right) => {
                let mut found = Vec::new();
                for value in left.run(input)? {
                    found.extend(right.run(&value)?);
                }
                found
            }
            Filter::Comma(left, right) => {
                let mut found = left.run(input)?;
                found.extend(right.run(input)?);
                found
            }
            Filter::Binary(operator, left, right) => binary(operator, left, right, input)?,
            Filter::Array(None) => vec![Json::Array(Vec::new())],
            Filter::Array(Some(inner)) => vec![Json::Array(inner.run(input)?)],
            Filter::Object(members) => build(members, input)?,
            Filter::Call(name, argument) => call(name, argument.as_deref(), input)?,
        })
    }
}

fn slice(value: &Json, from: Option<i64>, to: Option<i64>) -> Result<Json, String> {
    let cut = |len: usize| {
        let len = len as i64;
        let at = |n: i64| (if n < 0 { n + len } else { n }).clamp(0, len) as usize;
        let (start, end) = (at(from.unwrap_or(0)), at(to.unwrap_or(len)));
        (start, end.max(start))
    };
    match value {
        Json::Null => Ok(Json::Null),
        Json::Array(values) => {
            let (start, end) = cut(values.len());
            Ok(Json::Array(values[start..end].to_vec()))
        }
        Json::String(text) => {
            let (start, end) = cut(text.chars().count());
            Ok(Json::String(
                text.chars().skip(start).take(end - start).collect(),
            ))
        }
        other => Err(format!("Cannot index {} with object", kind(other))),
    }
}

fn binary(operator: &str, left: &Filter, right: &Filter, input: &Json) -> Values {
    if operator == "//" {
        let found: Vec<_> = left
            .run(input)
            .unwrap_or_default()
            .into_iter()
            .filter(truth)
            .collect();
        return if found.is_empty() {
            right.run(input)
        } else {
            Ok(found)
        };
    }
    let mut found = Vec::new();
    for b in right.run(input)? {
        for a in left.run(input)? {
            let order = compare(&a, &b);
            found.push(match operator {
                "==" => Json::Bool(order == Ordering::Equal),
                "!=" => Json::Bool(order != Ordering::Equal),
                "<" => Json::Bool(order == Ordering::Less),
                "<=" => Json::Bool(order != Ordering::Greater),
                ">" => Json::Bool(order == Ordering::Greater),
                ">=" => Json::Bool(order != Ordering::Less),
                "and" => Json::Bool(truth(&a) && truth(&b)),
                "or" => Json::Bool(truth(&a) || truth(&b)),
                _ => plus(a, b.clone())?,
            });
        }
    }
    Ok(found)
}

fn plus(a: Json, b: Json) -> Result<Json, String> {
    Ok(match (a, b) {
        (Json::Null, other) | (other, Json::Null) => other,
        (a @ Json::Number(_), b @ Json::Number(_)) => {
            number(a.as_f64().unwrap_or(0.0) + b.as_f64().unwrap_or(0.0))
        }
        (Json::String(a), Json::String(b)) => Json::String(a + &b),
        (Json::Array(mut a), Json::Array(b)) => {
            a.extend(b);
            Json::Array(a)
        }
        (Json::Object(mut a), Json::Object(b)) => {
            for (name, value) in b {
                a.retain(|(n, _)| *n != name);
                a.push((name, value));
            }
            Json::Object(a)
        }
        (a, b) => return Err(format!("{} and {} cannot be added", kind(&a), kind(&b))),
    })
}

fn build(members: &[(Filter, Filter)], input: &Json) -> Values {
    let mut objects = vec![Vec::new()];
    for (key, value) in members {
        let mut grown = Vec::new();
        for name in key.run(input)? {
            let Json::String(name) = name else {
                return Err(format!("Object keys must be strings, not {}", kind(&name)));
            };
            for value in value.run(input)? {
                grown.extend(
                    objects
                        .iter()
                        .cloned()
                        .map(|mut object: Vec<(String, Json)>| {
                            object.push((name.clone(), value.clone()));
                            object
                        }),
                );
            }
        }
        objects = grown;
    }
    Ok(objects.into_iter().map(Json::Object).collect())
}

fn call(name: &str, argument: Option<&Filter>, input: &Json) -> Values {
    let argument = argument.unwrap_or(&Filter::Identity);
    let array = || match input {
        Json::Array(values) => Ok(values),
        other => Err(format!("Cannot iterate over {}", kind(other))),
    };
    let one = match name {
        "select" => {
            let holds = argument.run(input)?.iter().filter(|v| truth(v)).count();
            return Ok(vec![input.clone(); holds]);
        }
        "empty" => return Ok(Vec::new()),
        "map" => {
            let mut found = Vec::new();
            for value in array()? {
                found.extend(argument.run(value)?);
            }
            Json::Array(found)
        }
        "has" => match (input, &argument.run(input)?[..]) {
            (Json::Object(_), [Json::String(key)]) => Json::Bool(input.get(key).is_some()),
            (Json::Array(values), [key @ Json::Number(_)]) => {
                let at = key.as_f64().unwrap_or(-1.0);
                Json::Bool(at >= 0.0 && at < values.len() as f64)
            }
            _ => return Err(format!("Cannot check whether {} has a key", kind(input))),
        },
        "keys" => match input {
            Json::Object(members) => {
                let mut names: Vec<_> = members.iter().map(|(n, _)| n.clone()).collect();
                sort(&mut names);
                Json::Array(names.into_iter().map(Json::String).collect())
            }
            Json::Array(values) => {
                Json::Array((0..values.len()).map(|n| number(n as f64)).collect())
            }
            other => return Err(format!("{} has no keys", kind(other))),
        },
        "length" => match input {
            Json::Null => number(0.0),
            Json::Bool(_) => return Err("boolean has no length".to_owned()),
            Json::Number(_) => number(input.as_f64().unwrap_or(0.0).abs()),
            Json::String(text) => number(text.chars().count() as f64),
            Json::Array(values) => number(values.len() as f64),
            Json::Object(members) => number(members.len() as f64),
        },
        "not" => Json::Bool(!truth(input)),
        "type" => Json::String(kind(input).to_owned()),
        "add" => array()?.iter().cloned().try_fold(Json::Null, plus)?,
        "first" => field(input, &number(0.0))?,
        "last" => field(input, &number(-1.0))?,
        "sort" | "unique" => {
            let mut values = array()?.clone();
            sort_by(&mut values, compare);
            if name == "unique" {
                values.dedup_by(|a, b| compare(a, b) == Ordering::Equal);
            }
            Json::Array(values)
        }
        "tostring" => match input {
            Json::String(_) => input.clone(),
            other => Json::String(other.compact()),
        },
        "tojson" => Json::String(input.compact()),
        "tonumber" | "fromjson" => match input {
            Json::String(text) => Json::parse(text)
                .ok()
                .filter(|v| name == "fromjson" || matches!(v, Json::Number(_)))
                .ok_or_else(|| format!("Cannot parse '{text}' as JSON"))?,
            Json::Number(_) if name == "tonumber" => input.clone(),
            other => return Err(format!("{} cannot be parsed", kind(other))),
        },
        other => return Err(format!("{other} is not defined")),
    };
    Ok(vec![one])
}
