//! Redirects: which file each stream leads to.

use super::super::fs::FsError;
use super::super::grammar::ast::{Fd, Redirect, Target, Word};
use super::super::io::{Stdin, Stop, Writer};
use super::{Exec, Streams};
use bytes::Bytes;

impl Exec {
    /// The streams after these redirects, done from left to right; or what bash would say of the
    /// one that failed.
    pub(super) async fn redirected(
        &self,
        redirects: &[Redirect],
    ) -> Result<Result<Streams, String>, Stop> {
        let mut streams = self.streams.clone();
        for redirect in redirects {
            let done = match &redirect.to {
                Target::Read(word) => self.open(word).await?.map(|s| streams.stdin = s),
                Target::Write(word) => self
                    .create(word, false)
                    .await?
                    .map(|w| set(&mut streams, redirect.fd, w)),
                Target::Append(word) => self
                    .create(word, true)
                    .await?
                    .map(|w| set(&mut streams, redirect.fd, w)),
                Target::Same(fd) => {
                    let writer = match fd {
                        Fd::Stderr => streams.stderr.clone(),
                        _ => streams.stdout.clone(),
                    };
                    set(&mut streams, redirect.fd, writer);
                    Ok(())
                }
                Target::HereString(word) => {
                    let text = self.expand_value(word).await?;
                    streams.stdin = Stdin::from_bytes(Bytes::from(text + "\n"));
                    Ok(())
                }
                Target::HereDoc(body) => {
                    let word = body.get().expect("the parser reads every here-document");
                    let text = self.expand_value(word).await?;
                    streams.stdin = Stdin::from_bytes(Bytes::from(text));
                    Ok(())
                }
            };
            if let Err(message) = done {
                return Ok(Err(message));
            }
        }
        Ok(Ok(streams))
    }

    /// The one file name that a word stands for.
    async fn file_name(&self, word: &Word) -> Result<Result<String, String>, Stop> {
        let mut names = self.expand_words(std::slice::from_ref(word)).await?;
        Ok(match (names.pop(), names.is_empty()) {
            (Some(name), true) => Ok(name),
            _ => Err("bash: ambiguous redirect".to_owned()),
        })
    }

    async fn open(&self, word: &Word) -> Result<Result<Stdin, String>, Stop> {
        let name = match self.file_name(word).await? {
            Ok(name) => name,
            Err(message) => return Ok(Err(message)),
        };
        if name == "/dev/stdin" {
            return Ok(Ok(self.streams.stdin.clone()));
        }
        Ok(match self.session.read_file(&name) {
            Ok(bytes) => Ok(Stdin::from_bytes(bytes)),
            // Opening a directory succeeds; reading it fails with that name.
            Err(error) => Err(format!("bash: {name}: {error}")),
        })
    }

    async fn create(&self, word: &Word, append: bool) -> Result<Result<Writer, String>, Stop> {
        let name = match self.file_name(word).await? {
            Ok(name) => name,
            Err(message) => return Ok(Err(message)),
        };
        Ok(match name.as_str() {
            "/dev/null" => Ok(Writer::Null),
            "/dev/stdout" => Ok(self.streams.stdout.clone()),
            "/dev/stderr" => Ok(self.streams.stderr.clone()),
            _ => self
                .create_file(&name, append)
                .map_err(|e| format!("bash: {name}: {e}")),
        })
    }

    fn create_file(&self, name: &str, append: bool) -> Result<Writer, FsError> {
        if name.is_empty() {
            return Err(FsError::NotFound);
        }
        let path = self.session.resolve(name);
        if name.ends_with('/') {
            return Err(FsError::IsADirectory);
        }
        let fs = self.session.fs();
        if append {
            fs.append(&path, b"")?
        } else {
            fs.write(&path, b"")?
        }
        Ok(Writer::File(fs.clone(), path.into()))
    }
}

fn set(streams: &mut Streams, fd: Fd, writer: Writer) {
    match fd {
        Fd::Stderr => streams.stderr = writer,
        Fd::Both => {
            streams.stdout = writer.clone();
            streams.stderr = writer;
        }
        Fd::Stdout | Fd::Stdin => streams.stdout = writer,
    }
}
