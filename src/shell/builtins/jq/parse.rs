//! `jq`'s filters: from text to a tree.

use crate::shell::json::Json;

pub(super) enum Filter {
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

pub(super) struct Parser<'t> {
    pub rest: &'t str,
    pub depth: usize,
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

    pub fn unexpected(&self) -> String {
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
                let longer = |c: char| c.is_alphanumeric() || c == '_';
                let part_of_word = word && after.starts_with(longer);
                let part_of_assignment = **op == "|" && after.starts_with('=');
                !part_of_word && !part_of_assignment
            })
        })?;
        self.rest = &self.rest[found.len()..];
        Some(found)
    }

    pub fn filter(&mut self, level: usize) -> Parsed {
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
