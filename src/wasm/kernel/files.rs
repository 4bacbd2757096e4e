//! The files of a notebook: in memory here, kept by the page, which is told of every change.

use crate::base::SortedSet;
use crate::shell::{FileSystem, MemFs};
use crate::wasm::runtime::Timer;
use js_sys::{Date, Function, Uint8Array};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Changes are told together after this time: a command may write one file many times in a row.
const TELL_AFTER_MS: u64 = 250;

/// The files below the working folder that the kernel starts in. What is elsewhere (`/tmp`) is not kept.
pub struct Files {
    fs: Rc<MemFs>,
    home: String,
    on_file: Function,
    changed: RefCell<SortedSet<String>>,
    /// Paths that the page has, to name what is below a removed folder.
    known: RefCell<SortedSet<String>>,
    telling: Cell<bool>,
    /// The page itself changes something.
    quiet: Cell<bool>,
}

impl Files {
    /// An empty working folder `home`, an absolute path; `on_file(path, bytes or null)`.
    pub fn new(home: &str, on_file: Function) -> Rc<Files> {
        let fs = Rc::new(MemFs::new(|| Date::now() as i64));
        // The last two are where courses put a Kafka that they have unpacked.
        for folder in [home, "/tmp", "/opt", "/usr/local"] {
            // The file system is empty: there is nothing in the way.
            let _ = fs.mkdir_all(folder);
        }
        let files = Rc::new(Files {
            fs: fs.clone(),
            home: home.to_string(),
            on_file,
            changed: RefCell::default(),
            known: RefCell::default(),
            telling: Cell::new(false),
            quiet: Cell::new(false),
        });
        let weak = Rc::downgrade(&files);
        fs.on_change(Rc::new(move |path| {
            if let Some(files) = weak.upgrade() {
                files.note(path);
            }
        }));
        files
    }

    pub fn fs(&self) -> Rc<MemFs> {
        self.fs.clone()
    }

    /// All files below the working folder: paths relative to it, and sizes.
    pub fn list(&self) -> Vec<(String, u64)> {
        let mut found = Vec::new();
        self.walk(&self.home, &mut |path, bytes| {
            found.push((self.relative(path), bytes))
        });
        found
    }

    pub fn read(&self, path: &str) -> Option<Uint8Array> {
        let bytes = self.fs.read(&self.absolute(path)).ok()?;
        Some(Uint8Array::from(&bytes[..]))
    }

    /// Puts a file there, with the folders above it; with a `/` at its end an empty folder. The page is not
    /// told: it asked.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let absolute = self.absolute(path);
        self.quiet.set(true);
        let written = if path.ends_with('/') {
            self.fs.mkdir_all(&absolute)
        } else {
            self.fs
                .mkdir_all(crate::shell::fs::split(&absolute).0)
                .and_then(|()| self.fs.write(&absolute, bytes))
        };
        self.quiet.set(false);
        self.known.borrow_mut().insert(known_as(path, absolute));
        written.map_err(|error| format!("{path}: {error}"))
    }

    /// Removes a file; absent is fine.
    pub fn remove(&self, path: &str) {
        let absolute = self.absolute(path);
        self.quiet.set(true);
        let _ = self.fs.remove(&absolute);
        self.quiet.set(false);
        self.known.borrow_mut().remove(&known_as(path, absolute));
    }

    fn note(self: &Rc<Files>, path: &str) {
        if self.quiet.get() || !self.is_below_home(path) {
            return;
        }
        self.changed.borrow_mut().insert(path.to_string());
        if !self.telling.replace(true) {
            let files = self.clone();
            spawn_local(async move {
                Timer::after(TELL_AFTER_MS).await;
                files.tell();
            });
        }
    }

    /// Tells the page of all that has changed since the last time.
    pub fn tell(&self) {
        self.telling.set(false);
        let changed = std::mem::take(&mut *self.changed.borrow_mut());
        for path in changed {
            match self.fs.metadata(&path) {
                Ok(found) if found.is_dir => self.tell_folder(&path),
                Ok(_) => self.tell_written(&path),
                Err(_) => self.tell_removed(&path),
            }
        }
    }

    /// The files below a folder, and folders in which there is nothing: for the rest of the page folders are
    /// implied by their files.
    fn tell_folder(&self, folder: &str) {
        let entries = self.fs.list(folder).unwrap_or_default();
        if entries.is_empty() {
            let marker = format!("{folder}/");
            self.say(&marker, &Uint8Array::new_with_length(0).into());
            self.known.borrow_mut().insert(marker);
        }
        for entry in entries {
            let path = format!("{folder}/{}", entry.name);
            match entry.metadata.is_dir {
                true => self.tell_folder(&path),
                false => self.tell_written(&path),
            }
        }
    }

    fn tell_written(&self, path: &str) {
        if let Ok(bytes) = self.fs.read(path) {
            self.known.borrow_mut().insert(path.to_string());
            self.say(path, &Uint8Array::from(&bytes[..]).into());
        }
    }

    fn tell_removed(&self, path: &str) {
        let folder = format!("{path}/");
        let gone = |file: &String| *file == path || file.starts_with(&folder);
        let gone: Vec<String> = self
            .known
            .borrow()
            .iter()
            .filter(|file| gone(file))
            .cloned()
            .collect();
        for file in gone {
            self.known.borrow_mut().remove(&file);
            self.say(&file, &JsValue::NULL);
        }
    }

    fn say(&self, path: &str, bytes: &JsValue) {
        // Whether the page could keep it is the page's to say.
        let _ = self
            .on_file
            .call2(&JsValue::NULL, &self.relative(path).into(), bytes);
    }

    fn walk(&self, folder: &str, each: &mut dyn FnMut(&str, u64)) {
        for entry in self.fs.list(folder).unwrap_or_default() {
            let path = format!("{}/{}", folder.trim_end_matches('/'), entry.name);
            match entry.metadata.is_dir {
                true => self.walk(&path, each),
                false => each(&path, entry.metadata.len),
            }
        }
    }

    fn is_below_home(&self, path: &str) -> bool {
        path.strip_prefix(&self.home)
            .is_some_and(|rest| rest.starts_with('/'))
    }

    fn relative(&self, path: &str) -> String {
        path.strip_prefix(&self.home)
            .unwrap_or(path)
            .trim_start_matches('/')
            .to_string()
    }

    fn absolute(&self, path: &str) -> String {
        crate::shell::fs::resolve(&self.home, path)
    }
}

/// An empty folder is known by its name with a `/` behind it.
fn known_as(path: &str, absolute: String) -> String {
    match path.ends_with('/') {
        true => format!("{absolute}/"),
        false => absolute,
    }
}
