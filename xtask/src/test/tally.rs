//! Counts tests from what their runners print.

/// Tests of one stage.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// Reads one line of output of cargo test, wasm-bindgen-test, vitest, node's runner, or our own
    /// `N passed, M failed`. Other lines count nothing.
    pub fn read(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("test result:") {
            self.passed += number_before(counts, " passed");
            self.failed += number_before(counts, " failed");
        } else if let Some(count) = line
            .strip_prefix("ℹ pass ")
            .or(line.strip_prefix("# pass "))
        {
            self.passed += count.parse().unwrap_or(0);
        } else if let Some(count) = line
            .strip_prefix("ℹ fail ")
            .or(line.strip_prefix("# fail "))
        {
            self.failed += count.parse().unwrap_or(0);
        } else if let Some(counts) = line.strip_prefix("Tests  ") {
            self.passed += number_before(counts, " passed");
            self.failed += number_before(counts, " failed");
        } else if is_plain_count(line) {
            self.passed += number_before(line, " passed");
            self.failed += number_before(line, " failed");
        }
    }

    /// A runner that failed without naming a test, or succeeded without counting any, is one test itself.
    pub fn close(&mut self, succeeded: bool) {
        if !succeeded && self.failed == 0 {
            self.failed = 1;
        }
        if succeeded && self.passed == 0 && self.failed == 0 {
            self.passed = 1;
        }
    }
}

/// `N passed, M failed`, perhaps with more counts behind.
fn is_plain_count(line: &str) -> bool {
    let mut words = line.split([' ', ',']).filter(|word| !word.is_empty());
    let mut number = || words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    number() && line.contains(" passed, ") && line.contains(" failed")
}

fn number_before(text: &str, word: &str) -> u64 {
    let before = text
        .split(word)
        .next()
        .filter(|before| before.len() < text.len());
    before
        .and_then(|before| before.rsplit(|c: char| !c.is_ascii_digit()).next())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => {
                let _ = rest.find(char::is_ascii_alphabetic);
            }
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn check(lines: &[&str], passed: u64, failed: u64) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        assert_eq!(tally, Tally { passed, failed });
    }

    #[test]
    fn reads_each_runner() {
        check(
            &["test result: ok. 12 passed; 1 failed; 0 ignored; 0 measured"],
            12,
            1,
        );
        check(
            &["\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m3 failed\u{1b}[22m | 40 passed (43)"],
            40,
            3,
        );
        check(&["ℹ tests 5", "ℹ pass 4", "ℹ fail 1"], 4, 1);
        check(&["# pass 4", "# fail 0"], 4, 0);
        check(&["37 passed, 2 failed"], 37, 2);
        check(
            &[
                "running 3 tests",
                "test a::b ... ok",
                "nothing passed, I failed",
            ],
            0,
            0,
        );
    }

    #[test]
    fn a_silent_runner_is_one_test() {
        let mut tally = Tally::default();
        tally.close(false);
        assert_eq!(
            tally,
            Tally {
                passed: 0,
                failed: 1
            }
        );
        let mut tally = Tally::default();
        tally.close(true);
        assert_eq!(
            tally,
            Tally {
                passed: 1,
                failed: 0
            }
        );
    }
}
