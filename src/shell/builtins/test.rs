//! `test` and `[`.

use super::super::io::Stop;
use super::super::tool::{Builtin, Call};

pub(super) const TOOLS: &[Builtin] = &[
    Builtin {
        name: "test",
        summary: "check a condition",
        run: |call| Box::pin(test(call)),
    },
    Builtin {
        name: "[",
        summary: "check a condition",
        run: |call| Box::pin(test(call)),
    },
];

async fn test(call: Call) -> Result<i32, Stop> {
    let mut words: Vec<&str> = call.args.iter().map(String::as_str).collect();
    if call.name == "[" && words.pop() != Some("]") {
        call.io.err_line("bash: [: missing `]'");
        return Ok(2);
    }
    let count = words.len();
    let mut expression = Expression {
        words: words.into_iter().peekable(),
        call: &call,
    };
    let outcome = if count == 0 {
        Ok(false)
    } else {
        expression.or()
    };
    let left_over = expression.words.peek().is_some();
    match outcome {
        Ok(_) if left_over => {
            call.io
                .err_line(format!("bash: {}: too many arguments", call.name));
            Ok(2)
        }
        Ok(holds) => Ok(i32::from(!holds)),
        Err(why) => {
            call.io.err_line(format!("bash: {}: {why}", call.name));
            Ok(2)
        }
    }
}

struct Expression<'a> {
    words: std::iter::Peekable<std::vec::IntoIter<&'a str>>,
    call: &'a Call,
}

const BINARY: &[&str] = &[
    "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot",
];

impl Expression<'_> {
    fn or(&mut self) -> Result<bool, String> {
        let mut holds = self.and()?;
        while self.words.next_if_eq(&"-o").is_some() {
            holds |= self.and()?;
        }
        Ok(holds)
    }

    fn and(&mut self) -> Result<bool, String> {
        let mut holds = self.primary()?;
        while self.words.next_if_eq(&"-a").is_some() {
            holds &= self.primary()?;
        }
        Ok(holds)
    }

    fn primary(&mut self) -> Result<bool, String> {
        let Some(word) = self.words.next() else {
            return Err("argument expected".to_owned());
        };
        let second = self.words.peek().copied();
        if let Some(operator) = second.filter(|w| BINARY.contains(w)) {
            // `-n =` is a test of the word `=` only if nothing follows.
            let mut ahead = self.words.clone();
            ahead.next();
            if let Some(right) = ahead.next() {
                self.words = ahead;
                return self.binary(word, operator, right);
            }
        }
        match word {
            "!" if second.is_some() => Ok(!self.primary()?),
            "(" if second.is_some() => {
                let holds = self.or()?;
                match self.words.next() {
                    Some(")") => Ok(holds),
                    _ => Err("`)' expected".to_owned()),
                }
            }
            _ if word.len() == 2 && word.starts_with('-') && second.is_some() => {
                let operand = self.words.next().unwrap_or_default();
                self.unary(word, operand)
            }
            _ => match second {
                Some(other) if !["-a", "-o", ")"].contains(&other) => match self.words.len() {
                    1 => Err(format!("{word}: unary operator expected")),
                    2 => Err(format!("{other}: binary operator expected")),
                    _ => Err("too many arguments".to_owned()),
                },
                _ => Ok(!word.is_empty()),
            },
        }
    }

    fn unary(&self, operator: &str, operand: &str) -> Result<bool, String> {
        let session = &self.call.session;
        let found = session.fs().metadata(&session.resolve(operand));
        let is_dir = found.as_ref().is_ok_and(|m| m.is_dir);
        Ok(match operator {
            "-n" => !operand.is_empty(),
            "-z" => operand.is_empty(),
            "-e" | "-r" | "-w" => found.is_ok() && !operand.is_empty(),
            "-x" | "-d" => is_dir && !operand.is_empty(),
            "-f" => found.is_ok() && !is_dir,
            "-s" => is_dir || found.is_ok_and(|m| m.len > 0),
            "-t" | "-L" | "-h" | "-p" => false,
            _ => return Err(format!("{operator}: unary operator expected")),
        })
    }

    fn binary(&self, left: &str, operator: &str, right: &str) -> Result<bool, String> {
        let number = |word: &str| {
            let expected = || format!("{word}: integer expression expected");
            word.trim().parse::<i64>().map_err(|_| expected())
        };
        let modified = |word: &str| {
            let session = &self.call.session;
            session
                .fs()
                .metadata(&session.resolve(word))
                .map(|m| m.modified_ms)
                .ok()
        };
        Ok(match operator {
            "=" | "==" => left == right,
            "!=" => left != right,
            "<" => left < right,
            ">" => left > right,
            "-eq" => number(left)? == number(right)?,
            "-ne" => number(left)? != number(right)?,
            "-lt" => number(left)? < number(right)?,
            "-le" => number(left)? <= number(right)?,
            "-gt" => number(left)? > number(right)?,
            "-ge" => number(left)? >= number(right)?,
            "-nt" => modified(left) > modified(right),
            _ => modified(left) < modified(right),
        })
    }
}
