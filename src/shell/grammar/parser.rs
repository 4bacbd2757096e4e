//! Tokens to commands: a recursive descent over the grammar of POSIX sh, as far as the subset goes.

use super::SyntaxError;
use super::ast::{
    AndOr, Command, Connector, Fd, Item, Kind, Part, Pipeline, Redirect, Script, Target, Word,
};
use super::lexer::{Pending, Token};
use std::cell::OnceCell;
use std::rc::Rc;

/// Compound commands and substitutions inside one another.
const MAX_DEPTH: usize = 50;

const ENDS: &[&str] = &["then", "else", "elif", "fi", "do", "done", "}", "esac"];

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    /// Where the next character is.
    pub(super) at: usize,
    /// Where the last token that was read begins.
    pub(super) token_at: usize,
    pub(super) pending: Vec<Pending>,
    /// The token that was looked at but not taken, and where it begins.
    ahead: Option<(Token, usize)>,
    depth: usize,
}

type Parsed<T> = Result<T, SyntaxError>;

/// A name of the shell's grammar or `NAME=` at the start of a word.
fn assignment(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Text {
        text,
        quoted: false,
    }) = word.parts.first()
    else {
        return None;
    };
    let (name, rest) = text.split_once('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return None;
    }
    let mut value = Word {
        parts: word.parts[1..].to_vec(),
    };
    if rest == "~" || rest.starts_with("~/") {
        value.parts.insert(
            0,
            Part::Text {
                text: rest[1..].to_owned(),
                quoted: false,
            },
        );
        value.parts.insert(0, Part::Home);
    } else if !rest.is_empty() {
        value.parts.insert(
            0,
            Part::Text {
                text: rest.to_owned(),
                quoted: false,
            },
        );
    }
    Some((name.to_owned(), value))
}

/// `NAME+=…`
fn appends(text: &str) -> bool {
    let Some((name, _)) = text.split_once("+=") else {
        return false;
    };
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Parser {
            text,
            at: 0,
            token_at: 0,
            pending: Vec::new(),
            ahead: None,
            depth: 0,
        }
    }

    /// The whole text.
    pub(super) fn script(mut self) -> Parsed<Script> {
        let script = self.list(true)?;
        match self.peek()? {
            Token::End => Ok(script),
            _ => Err(self.unexpected()),
        }
    }

    /// The inside of `$(…)`, with its closing parenthesis.
    pub(super) fn substitution(&mut self, open: usize) -> Parsed<Script> {
        self.enter(open)?;
        let ahead = self.ahead.take();
        let token_at = self.token_at;
        let script = self.list(false)?;
        match self.peek()? {
            Token::Op(")") => {}
            Token::End => {
                return Err(self.error(open, "unexpected EOF while looking for matching `)'"));
            }
            _ => return Err(self.unexpected()),
        }
        self.ahead = ahead;
        self.token_at = token_at;
        self.leave();
        Ok(script)
    }

    pub(super) fn enter(&mut self, at: usize) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(at, "commands are nested too deeply"));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn peek(&mut self) -> Parsed<&Token> {
        if self.ahead.is_none() {
            let token = self.lex()?;
            self.ahead = Some((token, self.token_at));
        }
        let (token, at) = self.ahead.as_ref().expect("filled above");
        self.token_at = *at;
        Ok(token)
    }

    fn take(&mut self) -> Parsed<Token> {
        self.peek()?;
        Ok(self.ahead.take().expect("peeked").0)
    }

    /// The bare word that comes next, if one does.
    fn peek_keyword(&mut self) -> Parsed<Option<String>> {
        Ok(match self.peek()? {
            Token::Word(word) => word.bare().map(str::to_owned),
            _ => None,
        })
    }

    fn take_keyword(&mut self, keyword: &str) -> Parsed<()> {
        if self.peek_keyword()?.as_deref() == Some(keyword) {
            self.take()?;
            return Ok(());
        }
        Err(self.unexpected())
    }

    /// The error for the token that is looked at.
    fn unexpected(&mut self) -> SyntaxError {
        let at = self.token_at;
        let shown = match self.peek() {
            Err(error) => return error,
            Ok(Token::End) => return self.error(at, "syntax error: unexpected end of file"),
            Ok(Token::Newline) => "newline".to_owned(),
            Ok(Token::Op(op)) => (*op).to_owned(),
            Ok(Token::Redirect(_, op)) => (*op).to_owned(),
            Ok(Token::Word(_)) => {
                let end = self.at;
                self.text[at..end].trim_end().to_owned()
            }
        };
        self.error(at, format!("syntax error near unexpected token `{shown}'"))
    }

    fn skip_newlines(&mut self) -> Parsed<()> {
        while matches!(self.peek()?, Token::Newline) {
            self.take()?;
        }
        Ok(())
    }

    /// At the start of a line of the cell itself: Jupyter's `!`.
    fn take_bang(&mut self) -> bool {
        if self.ahead.is_some() {
            return false;
        }
        let rest = self.rest();
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if !rest[spaces..].starts_with('!') {
            return false;
        }
        self.at += spaces + 1;
        // `!!command` is IPython's other spelling.
        self.at += usize::from(self.rest().starts_with('!'));
        true
    }

    /// Commands up to something that cannot start one. `top`: the cell itself.
    fn list(&mut self, top: bool) -> Parsed<Script> {
        let mut script = Script::default();
        while top && self.take_bang() {
            self.bang_line(&mut script)?;
        }
        loop {
            match self.peek()? {
                Token::Newline => {
                    self.take()?;
                    while top && self.take_bang() {
                        self.bang_line(&mut script)?;
                    }
                    continue;
                }
                Token::End | Token::Op(")") => return Ok(script),
                Token::Word(word) if word.bare().is_some_and(|w| ENDS.contains(&w)) => {
                    return Ok(script);
                }
                _ => {}
            }
            self.item(&mut script)?;
        }
    }

    /// A line with Jupyter's `!` runs in a shell of its own: `cd` and variables end with it.
    fn bang_line(&mut self, script: &mut Script) -> Parsed<()> {
        let start = self.at;
        let mut line = Script::default();
        while !matches!(self.peek()?, Token::Newline | Token::End) {
            self.item(&mut line)?;
        }
        if line.items.is_empty() {
            return Ok(());
        }
        let source = self.text[start..self.token_at].trim().to_owned();
        let command = Command {
            kind: Kind::Subshell(line),
            redirects: Vec::new(),
        };
        let first = Pipeline {
            negated: false,
            timed: false,
            commands: vec![command],
        };
        let and_or = Rc::new(AndOr {
            first,
            rest: Vec::new(),
        });
        script.items.push(Item {
            and_or,
            background: false,
            source,
        });
        Ok(())
    }

    /// One command line up to `;`, `&` or the end of the line.
    fn item(&mut self, script: &mut Script) -> Parsed<()> {
        let start = self.token_at;
        let and_or = Rc::new(self.and_or()?);
        let background = matches!(self.peek()?, Token::Op("&"));
        let source = self.text[start..self.token_at].trim_end().to_owned();
        script.items.push(Item {
            and_or,
            background,
            source,
        });
        match self.peek()? {
            Token::Op(";" | "&") => {
                self.take()?;
            }
            Token::Newline | Token::End | Token::Op(")") => {}
            _ => return Err(self.unexpected()),
        }
        Ok(())
    }

    fn and_or(&mut self) -> Parsed<AndOr> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            let connector = match self.peek()? {
                Token::Op("&&") => Connector::And,
                Token::Op("||") => Connector::Or,
                _ => return Ok(AndOr { first, rest }),
            };
            self.take()?;
            self.skip_newlines()?;
            rest.push((connector, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Parsed<Pipeline> {
        let mut pipeline = Pipeline {
            negated: false,
            timed: false,
            commands: Vec::new(),
        };
        loop {
            match self.peek_keyword()?.as_deref() {
                Some("!") => pipeline.negated = !pipeline.negated,
                Some("time") => pipeline.timed = true,
                _ => break,
            }
            self.take()?;
        }
        if pipeline.timed && matches!(self.peek()?, Token::Newline | Token::End | Token::Op(";")) {
            return Ok(pipeline);
        }
        loop {
            let command = self.command()?;
            pipeline.commands.push(command);
            match self.peek()? {
                Token::Op("|") => {}
                Token::Op("|&") => {
                    return Err(self.unsupported(self.token_at, "`|&': write 2>&1 |, it is"));
                }
                _ => return Ok(pipeline),
            }
            self.take()?;
            self.skip_newlines()?;
        }
    }

    fn command(&mut self) -> Parsed<Command> {
        self.peek()?;
        let at = self.token_at;
        self.enter(at)?;
        let kind = match self.peek_keyword()?.as_deref() {
            Some("for") => self.for_loop()?,
            Some("while") => self.while_loop(false)?,
            Some("until") => self.while_loop(true)?,
            Some("if") => self.if_command()?,
            Some("{") => {
                self.take()?;
                let body = self.body()?;
                self.take_keyword("}")?;
                Kind::Group(body)
            }
            Some(word @ ("case" | "select" | "function" | "[[" | "coproc")) => {
                return Err(self.unsupported(at, &format!("`{word}' is")));
            }
            Some(word) if ENDS.contains(&word) => return Err(self.unexpected()),
            _ if matches!(self.peek()?, Token::Op("(")) => {
                if self.text[at..].starts_with("((") {
                    return Err(self.unsupported(at, "arithmetic `((' is"));
                }
                self.take()?;
                let body = self.body()?;
                if !matches!(self.peek()?, Token::Op(")")) {
                    return Err(self.unexpected());
                }
                self.take()?;
                Kind::Subshell(body)
            }
            _ => return self.simple(),
        };
        let mut redirects = Vec::new();
        while matches!(self.peek()?, Token::Redirect(..)) {
            redirects.push(self.redirect()?);
        }
        self.leave();
        Ok(Command { kind, redirects })
    }

    /// The commands inside a compound command: at least one.
    fn body(&mut self) -> Parsed<Script> {
        let script = self.list(false)?;
        if script.items.is_empty() {
            return Err(self.unexpected());
        }
        Ok(script)
    }

    fn do_body(&mut self) -> Parsed<Script> {
        self.take_keyword("do")?;
        let body = self.body()?;
        self.take_keyword("done")?;
        Ok(body)
    }

    fn for_loop(&mut self) -> Parsed<Kind> {
        self.take()?;
        if matches!(self.peek()?, Token::Op("(")) {
            return Err(self.unsupported(self.token_at, "arithmetic `for ((' is"));
        }
        let Some(name) = self.peek_keyword()? else {
            return Err(self.unexpected());
        };
        self.take()?;
        self.skip_newlines()?;
        if self.peek_keyword()?.as_deref() != Some("in") {
            return Err(self.unsupported(self.token_at, "`for' without `in' is"));
        }
        self.take()?;
        let mut words = Vec::new();
        while let Token::Word(_) = self.peek()? {
            if let Token::Word(word) = self.take()? {
                words.push(word);
            }
        }
        if !matches!(self.peek()?, Token::Op(";") | Token::Newline) {
            return Err(self.unexpected());
        }
        self.take()?;
        self.skip_newlines()?;
        Ok(Kind::For {
            name,
            words,
            body: self.do_body()?,
        })
    }

    fn while_loop(&mut self, stop_on: bool) -> Parsed<Kind> {
        self.take()?;
        let condition = self.body()?;
        Ok(Kind::While {
            stop_on,
            condition,
            body: self.do_body()?,
        })
    }

    fn if_command(&mut self) -> Parsed<Kind> {
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            self.take()?;
            let condition = self.body()?;
            self.take_keyword("then")?;
            branches.push((condition, self.body()?));
            match self.peek_keyword()?.as_deref() {
                Some("elif") => continue,
                Some("else") => {
                    self.take()?;
                    otherwise = Some(self.body()?);
                }
                _ => {}
            }
            self.take_keyword("fi")?;
            return Ok(Kind::If {
                branches,
                otherwise,
            });
        }
    }

    fn simple(&mut self) -> Parsed<Command> {
        let mut assignments = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        let mut redirects = Vec::new();
        loop {
            match self.peek()? {
                Token::Word(_) => {}
                Token::Redirect(..) => {
                    redirects.push(self.redirect()?);
                    continue;
                }
                _ => break,
            }
            let Token::Word(word) = self.take()? else {
                break;
            };
            if words.is_empty() && word.bare().is_some_and(appends) {
                return Err(self.unsupported(self.token_at, "`+=' is"));
            }
            match assignment(&word) {
                Some(pair) if words.is_empty() => assignments.push(pair),
                _ => words.push(word),
            }
        }
        if assignments.is_empty() && words.is_empty() && redirects.is_empty() {
            return Err(self.unexpected());
        }
        if matches!(self.peek()?, Token::Op("(")) {
            return Err(self.call_of_a_function(&words));
        }
        self.leave();
        Ok(Command {
            kind: Kind::Simple { assignments, words },
            redirects,
        })
    }

    /// `name ()` with a space is a function too.
    fn call_of_a_function(&mut self, words: &[Word]) -> SyntaxError {
        let at = self.token_at;
        match words {
            [_] => self.unsupported(at, "functions are"),
            _ => self.unexpected(),
        }
    }

    fn redirect(&mut self) -> Parsed<Redirect> {
        let Token::Redirect(number, op) = self.take()? else {
            return Err(self.unexpected());
        };
        let at = self.token_at;
        if matches!(op, "<(" | ">(") {
            return Err(self.unsupported(at, "process substitution is"));
        }
        if matches!(op, "<>" | ">|" | "<&") || number.is_some_and(|n| n > 2) {
            let shown = &self.text[at..self.at];
            return Err(self.unsupported(at, &format!("the file descriptor in `{shown}' is")));
        }
        if matches!(self.peek()?, Token::End) {
            return Err(self.error(at, "syntax error near unexpected token `newline'"));
        }
        if !matches!(self.peek()?, Token::Word(_)) {
            return Err(self.unexpected());
        }
        let Token::Word(word) = self.take()? else {
            return Err(self.unexpected());
        };
        let reads = op.starts_with('<');
        let fd = match number {
            _ if op.starts_with('&') => Fd::Both,
            None if reads => Fd::Stdin,
            None | Some(1) => Fd::Stdout,
            Some(2) => Fd::Stderr,
            Some(_) => Fd::Stdin,
        };
        if reads != (fd == Fd::Stdin) {
            return Err(self.unsupported(at, "a redirect of that file descriptor is"));
        }
        let to = match op {
            "<" => Target::Read(word),
            ">" | "&>" => Target::Write(word),
            ">>" | "&>>" => Target::Append(word),
            "<<<" => Target::HereString(word),
            ">&" => match word.bare() {
                Some("1") => Target::Same(Fd::Stdout),
                Some("2") => Target::Same(Fd::Stderr),
                _ if number.is_none() => {
                    return Ok(Redirect {
                        fd: Fd::Both,
                        to: Target::Write(word),
                    });
                }
                _ => return Err(self.unsupported(at, "that file descriptor is")),
            },
            _ => Target::HereDoc(self.announce(word, op == "<<-", at)),
        };
        Ok(Redirect { fd, to })
    }

    /// Remembers a here-document; its lines come after this one.
    fn announce(&mut self, word: Word, strip_tabs: bool, at: usize) -> Rc<OnceCell<Word>> {
        let mut delimiter = String::new();
        let mut literal = false;
        for part in &word.parts {
            if let Part::Text { text, quoted } = part {
                delimiter.push_str(text);
                literal |= quoted;
            }
        }
        let body = Rc::new(OnceCell::new());
        self.pending.push(Pending {
            body: body.clone(),
            delimiter,
            literal,
            strip_tabs,
            at,
        });
        body
    }
}
