//! `jq`: paths, `[]`, pipes, `select`, comparisons, building of arrays and objects. No variables,
//! functions of one's own, assignments or arithmetic but `+`.

use super::super::io::Stop;
use super::super::json::Json;
use super::super::tool::{Builtin, Call};
use super::getopt::Syntax;
use super::input::{Input, or_stdin};
use std::cmp::Ordering;

pub(super) const TOOLS: &[Builtin] = &[Builtin {
    name: "jq",
    summary: "look into JSON",
    run: |call| Box::pin(jq(call)),
}];

enum Filter {
    Identity,
    Literal(Json),
    Field(Box<Filter>, Box<Filter>),
    Slice(Box<Filter>, Option<i64>, Option<i64>),
    Each(Box<Filter>),
    /// `?`: errors become no output.
    Try(Box<Filter>),
    Pipe(Box<Filter>, Box<Filter>),
    Comma(Box<Filter>, Box<Filter>),
    Binary(&'static str, Box<Filter>, Box<Filter>),
    Array(Option<Box<Filter>>),
    Object(Vec<(Filter, Filter)>),
    Call(&'static str, Option<Box<Filter>>),
}

const OPERATORS: &[&[&str]] = &[
    &["|"],
    &[","],
    &["//"],
    &["or"],
    &["and"],
    &["==", "!=", "<=", ">=", "<", ">"],
    &["+"],
];
const FUNCTIONS: &[(&str, bool)] = &[
    ("select", true),
    ("map", true),
    ("has", true),
    ("keys", false),
    ("length", false),
    ("not", false),
    ("type", false),
    ("add", false),
    ("tostring", false),
    ("tonumber", false),
    ("first", false),
    ("last", false),
    ("sort", false),
    ("unique", false),
    ("fromjson", false),
    ("tojson", false),
    ("empty", false),
];

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

type Parsed = Result<Filter, String>;

impl Parser<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, mark: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, mark: &str) -> Result<(), String> {
        if self.take(mark) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn unexpected(&self) -> String {
        match self.rest.chars().next() {
            Some(_) => format!("syntax error near `{}'", self.rest),
            None => "syntax error, unexpected end".to_owned(),
        }
    }

    fn name(&mut self) -> Option<String> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let len = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(len);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.rest = rest;
        Some(name.to_owned())
    }

    fn operator(&mut self, level: usize) -> Option<&'static str> {
        self.space();
        let found = OPERATORS[level].iter().find(|op| {
            let after = self.rest.strip_prefix(**op);
            after.is_some_and(|after| {
                let word = op.starts_with(char::is_alphabetic);
                !(word && after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
                    && !(**op == "|" && after.starts_with('='))
            })
        })?;
        self.rest = &self.rest[found.len()..];
        Some(found)
    }

    fn filter(&mut self, level: usize) -> Parsed {
        if level == OPERATORS.len() {
            return self.postfix();
        }
        if level == 0 {
            self.depth += 1;
            if self.depth > 50 {
                return Err("nested too deeply".to_owned());
            }
        }
        let mut left = self.filter(level + 1)?;
        while let Some(operator) = self.operator(level) {
            let right = Box::new(self.filter(level + 1)?);
            left = match operator {
                "|" => Filter::Pipe(Box::new(left), right),
                "," => Filter::Comma(Box::new(left), right),
                _ => Filter::Binary(operator, Box::new(left), right),
            };
        }
        if level == 0 {
            self.depth -= 1;
        }
        Ok(left)
    }

    fn postfix(&mut self) -> Parsed {
        let mut filter = self.term()?;
        loop {
            filter = if self.take("?") {
                Filter::Try(Box::new(filter))
            } else if self.rest.starts_with('[') {
                self.brackets(filter)?
            } else if self.rest.starts_with('.') && self.rest.len() > 1 {
                self.rest = &self.rest[1..];
                self.dotted(filter)?
            } else {
                return Ok(filter);
            };
        }
    }

    /// What follows a dot: a name, a string, or brackets.
    fn dotted(&mut self, base: Filter) -> Parsed {
        if self.rest.starts_with('[') {
            return self.brackets(base);
        }
        let key = if self.rest.starts_with('"') {
            self.literal()?
        } else {
            match self.name() {
                Some(name) => Filter::Literal(Json::String(name)),
                None => return Err(self.unexpected()),
            }
        };
        Ok(Filter::Field(Box::new(base), Box::new(key)))
    }

    fn brackets(&mut self, base: Filter) -> Parsed {
        self.expect("[")?;
        if self.take("]") {
            return Ok(Filter::Each(Box::new(base)));
        }
        if let Some(filter) = self.slice() {
            return Ok(Filter::Slice(Box::new(base), filter.0, filter.1));
        }
        let key = self.filter(0)?;
        self.expect("]")?;
        Ok(Filter::Field(Box::new(base), Box::new(key)))
    }

    fn slice(&mut self) -> Option<(Option<i64>, Option<i64>)> {
        let end = self.rest.find(']')?;
        let (from, to) = self.rest[..end].split_once(':')?;
        let number = |text: &str| match text.trim() {
            "" => Some(None),
            digits => digits.parse().ok().map(Some),
        };
        let found = (number(from)?, number(to)?);
        self.rest = &self.rest[end + 1..];
        Some(found)
    }

    fn literal(&mut self) -> Parsed {
        match Json::parse_next(self.rest) {
            Ok((value, rest)) => {
                self.rest = &self.rest[self.rest.len() - rest.len()..];
                Ok(Filter::Literal(value))
            }
            Err(_) => Err(self.unexpected()),
        }
    }

    fn term(&mut self) -> Parsed {
        self.space();
        match self.rest.chars().next() {
            Some('.') => {
                self.rest = &self.rest[1..];
                let next = self.rest.chars().next();
                if next.is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '"' || c == '[')
                {
                    return self.dotted(Filter::Identity);
                }
                Ok(Filter::Identity)
            }
            Some('(') => {
                self.take("(");
                let inner = self.filter(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Some('[') => {
                self.take("[");
                if self.take("]") {
                    return Ok(Filter::Array(None));
                }
                let inner = self.filter(0)?;
                self.expect("]")?;
                Ok(Filter::Array(Some(Box::new(inner))))
            }
            Some('{') => self.object(),
            Some('"' | '-' | '0'..='9') => self.literal(),
            _ => self.function(),
        }
    }

    fn object(&mut self) -> Parsed {
        self.expect("{")?;
        let mut members = Vec::new();
        if self.take("}") {
            return Ok(Filter::Object(members));
        }
        loop {
            self.space();
            let key = if self.rest.starts_with('"') {
                self.literal()?
            } else if self.take("(") {
                let key = self.filter(0)?;
                self.expect(")")?;
                key
            } else {
                Filter::Literal(Json::String(self.name().ok_or_else(|| self.unexpected())?))
            };
            let value = if self.take(":") {
                self.filter(2)?
            } else if let Filter::Literal(name) = &key {
                let name = Box::new(Filter::Literal(name.clone()));
                Filter::Field(Box::new(Filter::Identity), name)
            } else {
                return Err(self.unexpected());
            };
            members.push((key, value));
            if self.take("}") {
                return Ok(Filter::Object(members));
            }
            self.expect(",")?;
        }
    }

    fn function(&mut self) -> Parsed {
        let before = self.rest;
        let Some(name) = self.name() else {
            return Err(self.unexpected());
        };
        match name.as_str() {
            "null" => return Ok(Filter::Literal(Json::Null)),
            "true" => return Ok(Filter::Literal(Json::Bool(true))),
            "false" => return Ok(Filter::Literal(Json::Bool(false))),
            _ => {}
        }
        let argument = if self.rest.starts_with('(') {
            self.expect("(")?;
            let inner = self.filter(0)?;
            self.expect(")")?;
            Some(Box::new(inner))
        } else {
            None
        };
        let arity = usize::from(argument.is_some());
        match FUNCTIONS
            .iter()
            .find(|(n, takes)| *n == name && usize::from(*takes) == arity)
        {
            Some((name, _)) => Ok(Filter::Call(name, argument)),
            None => {
                self.rest = before;
                Err(format!("{name}/{arity} is not defined"))
            }
        }
    }
}

type Values = Result<Vec<Json>, String>;

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

fn truth(value: &Json) -> bool {
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
fn sorted(value: &Json) -> Json {
    match value {
        Json::Array(values) => Json::Array(values.iter().map(sorted).collect()),
        Json::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(n, v)| (n.clone(), sorted(v)))
                .collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
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
        super::print::general(value, 17)
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
    fn run(&self, input: &Json) -> Values {
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
                names.sort();
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
            values.sort_by(compare);
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

async fn jq(call: Call) -> Result<i32, Stop> {
    let long = [
        ("raw-output", 'r'),
        ("compact-output", 'c'),
        ("slurp", 's'),
        ("null-input", 'n'),
        ("exit-status", 'e'),
        ("sort-keys", 'S'),
        ("join-output", 'j'),
    ];
    let parsed = Syntax {
        short: "rcsneSjMC",
        long: &long,
        status: 2,
    }
    .parse(&call)?;
    let (source, names) = match parsed.operands.split_first() {
        Some((source, names)) => (source.as_str(), names),
        None => (".", &[][..]),
    };
    let mut parser = Parser {
        rest: source,
        depth: 0,
    };
    let filter = match parser.filter(0) {
        Ok(filter) if parser.rest.trim().is_empty() => filter,
        Ok(_) => return Err(compile_error(&call, &parser.unexpected())),
        Err(why) => return Err(compile_error(&call, &why)),
    };
    let mut text = String::new();
    for name in or_stdin(names).iter().filter(|_| !parsed.has('n')) {
        match Input::open(&call, name) {
            Ok(mut input) => text += &String::from_utf8_lossy(&input.all().await?),
            Err(error) => {
                call.io
                    .err_line(format!("jq: error: Could not open {name}: {error}"));
                return Ok(2);
            }
        }
    }
    let mut values = if parsed.has('n') {
        vec![Json::Null]
    } else {
        Vec::new()
    };
    let mut rest = text.as_str();
    let mut broken = None;
    while !rest.trim().is_empty() {
        match Json::parse_next(rest) {
            Ok((value, after)) => {
                values.push(value);
                rest = after;
            }
            Err(error) => {
                let at = text.len() - rest.len() + error.at;
                let line = text.get(..at).unwrap_or(&text).matches('\n').count() + 1;
                broken = Some(format!("jq: parse error: {} at line {line}", error.message));
                break;
            }
        }
    }
    if parsed.has('s') {
        values = vec![Json::Array(values)];
    }
    let mut status = 0;
    for value in &values {
        match filter.run(value) {
            Ok(found) => {
                for value in found {
                    let value = if parsed.has('S') {
                        sorted(&value)
                    } else {
                        value
                    };
                    let shown = match &value {
                        Json::String(text) if parsed.has('r') || parsed.has('j') => text.clone(),
                        value if parsed.has('c') || parsed.has('j') => value.compact(),
                        value => value.pretty(),
                    };
                    call.io.out(shown);
                    if !parsed.has('j') {
                        call.io.out("\n");
                    }
                    call.io.spill().await?;
                    if parsed.has('e') {
                        status = i32::from(!truth(&value));
                    }
                }
            }
            Err(why) => {
                call.io.err_line(format!("jq: error (at <stdin>:0): {why}"));
                status = 5;
            }
        }
    }
    if let Some(why) = broken {
        call.io.err_line(why);
        status = 2;
    }
    Ok(status)
}

fn compile_error(call: &Call, why: &str) -> Stop {
    call.io.err_line(format!("jq: error: {why}"));
    call.io.err_line("jq: 1 compile error");
    Stop::Exit(3)
}
