//! Bytes of a command's output as text for JavaScript, whole characters at a time.

use crate::shell::{Output, Stream};
use js_sys::Function;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// Hands output on as text. A character that is cut in two waits for its second half.
pub struct TextOutput {
    on_output: Function,
    /// Of standard output and of standard error: the first bytes of a character.
    cut: RefCell<[Vec<u8>; 2]>,
}

impl TextOutput {
    /// `on_output(stream, text)`
    pub fn new(on_output: Function) -> TextOutput {
        TextOutput {
            on_output,
            cut: RefCell::default(),
        }
    }

    /// Hands on what waits for a second half that does not come.
    pub fn finish(&self) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let rest = std::mem::take(&mut self.cut.borrow_mut()[index(stream)]);
            self.say(stream, &String::from_utf8_lossy(&rest));
        }
    }

    fn say(&self, stream: Stream, text: &str) {
        if !text.is_empty() {
            let name = match stream {
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
            };
            // What the page does with it is not the command's concern.
            let _ = self
                .on_output
                .call2(&JsValue::NULL, &name.into(), &text.into());
        }
    }
}

impl Output for TextOutput {
    fn write(&self, stream: Stream, bytes: &[u8]) {
        let mut all = std::mem::take(&mut self.cut.borrow_mut()[index(stream)]);
        let whole = if all.is_empty() {
            bytes
        } else {
            all.extend_from_slice(bytes);
            &all[..]
        };
        let end = whole.len() - cut_bytes(whole);
        self.say(stream, &String::from_utf8_lossy(&whole[..end]));
        self.cut.borrow_mut()[index(stream)] = whole[end..].to_vec();
    }
}

fn index(stream: Stream) -> usize {
    match stream {
        Stream::Stdout => 0,
        Stream::Stderr => 1,
    }
}

/// How many bytes at the end begin a character that is not complete.
fn cut_bytes(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    for (behind, byte) in tail.iter().rev().enumerate() {
        let needs = match byte {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            0x80..=0xbf => continue,
            _ => return 0,
        };
        return if behind + 1 < needs { behind + 1 } else { 0 };
    }
    0
}
