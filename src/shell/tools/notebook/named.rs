//! The consumers that live on between cells, by their names.

use super::{Outcome, Trouble};
use crate::base::SortedMap;
use crate::client::consumer::RebalanceListener;
use crate::client::{Consumer, Context, Level, Logger, TopicPartition};
use crate::shell::io::Io;
use crate::shell::session::Session;
use crate::shell::time::log_stamp;
use crate::shell::tool::ToolCtx;
use std::cell::RefCell;
use std::rc::Rc;

/// All named consumers of a session.
#[derive(Default)]
pub struct Consumers(RefCell<SortedMap<String, Named>>);

/// A consumer, and what it has to say when a command next looks at it.
#[derive(Clone)]
pub struct Named {
    pub consumer: Consumer,
    pub voice: Rc<Voice>,
}

/// Notices of a consumer: said at once while a command uses it, kept for the next command otherwise.
#[derive(Default)]
pub struct Voice {
    io: RefCell<Option<Io>>,
    kept: RefCell<Vec<String>>,
}

/// A consumer that nobody looks at keeps so many notices.
const KEPT_NOTICES: usize = 20;

impl Voice {
    /// Shows what was kept, and from now on says everything on this command's standard error.
    fn attach(&self, io: &Io) {
        for line in std::mem::take(&mut *self.kept.borrow_mut()) {
            io.err_line(line);
        }
        *self.io.borrow_mut() = Some(io.clone());
    }

    fn detach(&self) {
        *self.io.borrow_mut() = None;
    }

    fn say(&self, line: String) {
        if let Some(io) = &*self.io.borrow() {
            io.err_line(line);
            return;
        }
        let mut kept = self.kept.borrow_mut();
        if kept.len() == KEPT_NOTICES {
            kept.remove(0);
        }
        kept.push(line);
    }
}

/// The client's warnings, as Kafka's tools show them.
struct VoiceLog {
    voice: Rc<Voice>,
    session: Session,
}

impl Logger for VoiceLog {
    fn log(&self, level: Level, class: &str, message: &str) {
        if level >= Level::Warn {
            let stamp = log_stamp(self.session.env().runtime.wall_ms());
            let level = level.name();
            self.voice
                .say(format!("[{stamp}] {level} {message} ({class})"));
        }
    }
}

/// Tells of rebalances.
pub struct VoiceListener(pub Rc<Voice>);

impl VoiceListener {
    fn say(&self, what: &str, partitions: &[TopicPartition]) {
        if !partitions.is_empty() {
            let names: Vec<String> = partitions.iter().map(TopicPartition::to_string).collect();
            self.0.say(format!("{what}: {}", names.join(", ")));
        }
    }
}

impl RebalanceListener for VoiceListener {
    fn on_partitions_revoked(&mut self, partitions: &[TopicPartition]) {
        self.say("revoked", partitions);
    }

    fn on_partitions_assigned(&mut self, partitions: &[TopicPartition]) {
        self.say("assigned", partitions);
    }

    fn on_partitions_lost(&mut self, partitions: &[TopicPartition]) {
        self.say("lost", partitions);
    }
}

/// Gives the consumer's notices back to the next command when this one is done with it.
pub struct InUse {
    named: Named,
}

impl std::ops::Deref for InUse {
    type Target = Named;

    fn deref(&self) -> &Named {
        &self.named
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        self.named.voice.detach();
    }
}

fn consumers(ctx: &ToolCtx) -> Rc<Consumers> {
    ctx.session.keep::<Consumers>()
}

/// A voice for a new consumer, and where that consumer runs and logs.
pub fn voice(ctx: &ToolCtx) -> (Rc<Voice>, Context) {
    let voice = Rc::new(Voice::default());
    voice.attach(&ctx.io);
    let logger = VoiceLog {
        voice: voice.clone(),
        session: ctx.session.clone(),
    };
    let context = Context::new(ctx.session.env().clone(), Rc::new(logger));
    (voice, context)
}

/// Fails if the name is taken.
pub fn check_free(ctx: &ToolCtx, name: &str) -> Outcome<()> {
    if consumers(ctx).0.borrow().contains_key(name) {
        return Err(Trouble::Plain(format!(
            "there is a consumer {name} already; 'close {name}' ends it"
        )));
    }
    Ok(())
}

pub fn keep(ctx: &ToolCtx, name: &str, named: Named) {
    named.voice.detach();
    consumers(ctx).0.borrow_mut().insert(name.to_owned(), named);
}

pub fn forget(ctx: &ToolCtx, name: &str) {
    consumers(ctx).0.borrow_mut().remove(name);
}

/// All of them, by name.
pub fn all(ctx: &ToolCtx) -> Vec<(String, Named)> {
    let consumers = consumers(ctx);
    let known = consumers.0.borrow();
    known.iter().map(|(n, c)| (n.clone(), c.clone())).collect()
}

/// The consumer that the first word names, and the other words.
pub fn first_word(ctx: &ToolCtx) -> Outcome<(InUse, &[String])> {
    let Some((name, rest)) = ctx.options.rest().split_first() else {
        return Err(Trouble::Usage("which consumer?".into()));
    };
    let consumers = consumers(ctx);
    let known = consumers.0.borrow();
    let Some(named) = known.get(name) else {
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        let hint = match names.is_empty() {
            true => format!("'consumer create {name}' makes one"),
            false => format!("there is {}", names.join(", ")),
        };
        return Err(Trouble::Plain(format!("no consumer {name}; {hint}")));
    };
    named.voice.attach(&ctx.io);
    let named = named.clone();
    Ok((InUse { named }, rest))
}

/// As [`first_word`], for commands that take nothing else.
pub fn only_word(ctx: &ToolCtx) -> Outcome<InUse> {
    let (named, rest) = first_word(ctx)?;
    match rest.first() {
        None => Ok(named),
        Some(word) => Err(Trouble::Usage(format!("what is '{word}'?"))),
    }
}

/// `orders:0` or `orders-0`, as tools and clients write them.
pub fn parse_partition(word: &str) -> Outcome<TopicPartition> {
    let parsed = word
        .rsplit_once([':', '-'])
        .and_then(|(topic, number)| Some((topic, number.parse::<i32>().ok()?)));
    match parsed {
        Some((topic, number)) if !topic.is_empty() && number >= 0 => {
            Ok(TopicPartition::new(topic, number))
        }
        _ => Err(Trouble::Usage(format!(
            "'{word}' is not a partition; write it as topic:0"
        ))),
    }
}

/// The partitions named by words, or all that the consumer has if there is no word.
pub fn partitions(named: &Named, words: &[String]) -> Outcome<Vec<TopicPartition>> {
    if words.is_empty() {
        return Ok(named.consumer.assignment());
    }
    words.iter().map(|word| parse_partition(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_written_with_a_colon() {
        let parsed = parse_partition("my-topic:12").unwrap();
        assert_eq!(parsed, TopicPartition::new("my-topic", 12));
        assert_eq!(parse_partition("a-b-3").unwrap().to_string(), "a-b-3");
        for word in ["orders", "orders:x", ":1", "orders:-1:"] {
            assert!(parse_partition(word).is_err(), "{word}");
        }
    }

    #[test]
    fn notices_are_kept_until_somebody_looks() {
        let voice = Voice::default();
        for number in 0..30 {
            voice.say(number.to_string());
        }
        let kept = voice.kept.borrow();
        assert_eq!((kept.len(), &*kept[0]), (KEPT_NOTICES, "10"));
    }
}
