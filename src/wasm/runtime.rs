//! Clock, timers, tasks and randomness of a worker.

use crate::base::Now;
use crate::client::env::Runtime;
use futures_util::future::LocalBoxFuture;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use js_sys::{Date, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::MessageChannel;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Function, delay_ms: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]);
}

/// Milliseconds since the worker began.
pub fn mono_ms() -> u64 {
    performance_now() as u64
}

/// This moment, for the cluster.
pub fn now() -> Now {
    Now {
        mono_ms: mono_ms(),
        wall_ms: Date::now() as i64,
    }
}

/// From the browser's own generator.
pub fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    get_random_values(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// A browser's timer; ends when it fires. Dropping it stops it, so that deadlines that were not needed do not
/// pile up.
pub struct Timer {
    id: JsValue,
    fired: oneshot::Receiver<()>,
    _handler: Closure<dyn FnMut()>,
}

impl Timer {
    pub fn after(duration_ms: u64) -> Timer {
        let (sender, fired) = oneshot::channel();
        let mut sender = Some(sender);
        let handler = Closure::new(move || {
            // The receiver is gone when the timer was dropped while it fired.
            sender.take().map(|sender| sender.send(()));
        });
        let delay_ms = i32::try_from(duration_ms).unwrap_or(i32::MAX);
        let id = set_timeout(handler.as_ref().unchecked_ref(), delay_ms);
        Timer {
            id,
            fired,
            _handler: handler,
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.fired).poll(context).map(|_| ())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

/// Lets all that has arrived have its turn. A timer would do too, but browsers make those wait 4 ms.
pub async fn yield_now() {
    let Ok(channel) = MessageChannel::new() else {
        return;
    };
    let (here, there) = (channel.port1(), channel.port2());
    let turn = Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
    if there.post_message(&JsValue::NULL).is_ok() {
        // Resolves only.
        let _ = JsFuture::from(turn).await;
    }
    here.close();
}

/// The worker as a place where clients run.
pub struct WebRuntime;

impl Runtime for WebRuntime {
    fn mono_ms(&self) -> u64 {
        mono_ms()
    }

    fn wall_ms(&self) -> i64 {
        Date::now() as i64
    }

    fn sleep(&self, duration_ms: u64) -> LocalBoxFuture<'static, ()> {
        match duration_ms {
            0 => Box::pin(yield_now()),
            _ => Box::pin(Timer::after(duration_ms)),
        }
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        spawn_local(task);
    }

    fn random_u64(&self) -> u64 {
        random_u64()
    }
}

/// One alarm that is set again and again, for a driver that polls.
pub struct Alarm {
    ring: Closure<dyn FnMut()>,
    set_for: Option<(u64, JsValue)>,
}

impl Alarm {
    /// `ring` is called when the alarm goes off, and must first say so by [`Alarm::rung`].
    pub fn new(ring: impl FnMut() + 'static) -> Alarm {
        Alarm {
            ring: Closure::new(ring),
            set_for: None,
        }
    }

    /// Sees to it that it rings at that time or before: who is woken too early asks again.
    pub fn set(&mut self, at_ms: u64) {
        if self
            .set_for
            .as_ref()
            .is_some_and(|(set_for, _)| *set_for <= at_ms)
        {
            return;
        }
        self.stop();
        let delay_ms = i32::try_from(at_ms.saturating_sub(mono_ms())).unwrap_or(i32::MAX);
        let id = set_timeout(self.ring.as_ref().unchecked_ref(), delay_ms);
        self.set_for = Some((at_ms, id));
    }

    pub fn rung(&mut self) {
        self.set_for = None;
    }

    pub fn stop(&mut self) {
        if let Some((_, id)) = self.set_for.take() {
            clear_timeout(&id);
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.stop();
    }
}
