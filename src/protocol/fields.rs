//! Reads and writes the fields of messages: what generated code is made of.
//!
//! A generated message is a list of calls, one per field. None of them fails: the first error is remembered, what
//! comes after it changes nothing, and who began the message asks once at the end. That keeps the code of some two
//! hundred structs small. Hand-written code uses [`Reader`] and [`Writer`] themselves.

use super::error::{DecodeError, EncodeError};
use super::reader::{MAX_RESERVED, Reader};
use super::types::{Rope, TaggedFields, Uuid};
use super::writer::Writer;
use bytes::Bytes;

/// What stands in a message: the message itself, a struct in it, an element of an array, a value.
pub trait Fields {
    /// Reads what the version has. The rest stays as it was; after an error nothing is certain.
    fn read(&mut self, r: &mut FieldReader<'_>);

    /// Writes what the version has, and refuses what would get lost.
    fn write(&self, w: &mut FieldWriter<'_>);
}

/// What a message's schema says of it as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    pub name: &'static str,
    /// First and last version.
    pub valid: (i16, i16),
    /// The first version whose encoding is flexible (KIP-482); `i16::MAX` if there is none.
    pub flexible_from: i16,
}

/// Reads `message` and leaves the cursor behind it.
pub(super) fn decode(
    message: &mut dyn Fields,
    r: &mut Reader,
    schema: &Schema,
    version: i16,
) -> Result<(), DecodeError> {
    r.begin(schema.name, version, schema.valid, schema.flexible_from)?;
    let mut fields = FieldReader::new(r, version);
    message.read(&mut fields);
    fields.outcome()
}

/// Writes `message`. Fails, possibly after having written a part, on a value that the version cannot carry.
pub(super) fn encode(
    message: &dyn Fields,
    w: &mut Writer,
    schema: &Schema,
    version: i16,
) -> Result<(), EncodeError> {
    w.begin(schema.name, version, schema.valid, schema.flexible_from)?;
    let mut fields = FieldWriter::new(w, version);
    message.write(&mut fields);
    fields.outcome()
}

/// Reads fields in order.
pub struct FieldReader<'a> {
    r: &'a mut Reader,
    version: i16,
    error: Option<DecodeError>,
}

impl<'a> FieldReader<'a> {
    fn new(r: &'a mut Reader, version: i16) -> Self {
        FieldReader {
            r,
            version,
            error: None,
        }
    }

    fn outcome(self) -> Result<(), DecodeError> {
        self.error.map_or(Ok(()), Err)
    }

    pub fn version(&self) -> i16 {
        self.version
    }

    /// The first error counts: those that follow come of it, for nothing is left to be read.
    #[cold]
    fn fail(&mut self, error: DecodeError) {
        self.error.get_or_insert(error);
        self.r.skip_rest();
    }

    fn keep<T>(&mut self, outcome: Result<T, DecodeError>, field: &mut T) {
        match outcome {
            Ok(value) => *field = value,
            Err(error) => self.fail(error),
        }
    }

    #[inline(never)]
    pub fn string_opt(&mut self, field: &mut Option<String>, nullable: bool) {
        let read = self.r.string_opt(nullable);
        self.keep(read, field);
    }

    pub fn legacy_string_opt(&mut self, field: &mut Option<String>) {
        let read = self.r.legacy_string_opt();
        self.keep(read, field);
    }

    #[inline(never)]
    pub fn bytes_opt(&mut self, field: &mut Option<Bytes>, nullable: bool) {
        let read = self.r.bytes_opt(nullable);
        self.keep(read, field);
    }

    #[inline(never)]
    pub fn records_opt(&mut self, field: &mut Option<Rope>, nullable: bool) {
        let read = self.r.records_opt(nullable);
        self.keep(read, field);
    }

    pub fn array_opt<T: Fields + Default>(&mut self, field: &mut Option<Vec<T>>, nullable: bool) {
        *field = self.length(nullable).map(|n| self.elements(n));
    }

    pub fn struct_opt<T: Fields + Default>(&mut self, field: &mut Option<T>, nullable: bool) {
        let mut present = false;
        let read = self.r.present(nullable);
        self.keep(read, &mut present);
        *field = present.then(|| {
            let mut value = T::default();
            value.read(self);
            value
        });
    }

    /// The length of an array; 0 after an error.
    #[inline(never)]
    fn length(&mut self, nullable: bool) -> Option<usize> {
        let mut length = Some(0);
        let read = self.r.length(nullable);
        self.keep(read, &mut length);
        length
    }

    fn elements<T: Fields + Default>(&mut self, n: usize) -> Vec<T> {
        let mut all = Vec::with_capacity(n.min(MAX_RESERVED));
        for _ in 0..n {
            let mut element = T::default();
            element.read(self);
            if self.error.is_some() {
                break;
            }
            all.push(element);
        }
        all
    }

    /// The tagged fields at the end of a struct. `known` reads the value of a tag and says so, or leaves it alone.
    #[inline(never)]
    pub fn tags(
        &mut self,
        unknown: &mut TaggedFields,
        known: &mut dyn FnMut(u32, &mut FieldReader<'_>) -> bool,
    ) {
        let version = self.version;
        let read = self.r.tagged_fields(&mut |tag, value| {
            let mut fields = FieldReader::new(value, version);
            let is_known = known(tag, &mut fields);
            fields.outcome().map(|()| is_known)
        });
        self.keep(read, unknown);
    }

    /// Tagged fields of a struct that has none of its own.
    #[inline(never)]
    pub fn unknown_tags(&mut self, unknown: &mut TaggedFields) {
        self.tags(unknown, &mut |_, _| false);
    }

    /// A tag that only other versions have.
    pub fn invalid_tag(&mut self, tag: u32) {
        self.fail(DecodeError::InvalidTag(tag));
    }
}

/// Writes fields in order.
pub struct FieldWriter<'a> {
    w: &'a mut Writer,
    version: i16,
    error: Option<EncodeError>,
}

impl<'a> FieldWriter<'a> {
    fn new(w: &'a mut Writer, version: i16) -> Self {
        FieldWriter {
            w,
            version,
            error: None,
        }
    }

    fn outcome(self) -> Result<(), EncodeError> {
        self.error.map_or(Ok(()), Err)
    }

    pub fn version(&self) -> i16 {
        self.version
    }

    fn keep(&mut self, outcome: Result<(), EncodeError>) {
        if let Err(error) = outcome {
            self.error.get_or_insert(error);
        }
    }

    /// Fails if `field`, which this version does not have, `differs` from its default.
    #[inline(never)]
    pub fn refuse(&mut self, differs: bool, field: &'static str) {
        if differs {
            let version = self.version;
            self.keep(Err(EncodeError::UnsupportedField { field, version }));
        }
    }

    /// Fails if null is not `allowed` in this version.
    fn null(&mut self, allowed: bool, field: &'static str) -> Result<(), EncodeError> {
        let version = self.version;
        match allowed {
            true => Ok(()),
            false => Err(EncodeError::UnexpectedNull { field, version }),
        }
    }

    #[inline(never)]
    pub fn string_opt(&mut self, value: &Option<String>, nullable: bool, field: &'static str) {
        let null = self.null(nullable, field);
        let written = self.w.string_opt(value.as_deref(), null);
        self.keep(written);
    }

    pub fn legacy_string_opt(&mut self, value: &Option<String>) {
        let written = self.w.legacy_string_opt(value.as_deref());
        self.keep(written);
    }

    #[inline(never)]
    pub fn bytes_opt(&mut self, value: &Option<Bytes>, nullable: bool, field: &'static str) {
        let null = self.null(nullable, field);
        let written = self.w.bytes_opt(value.as_ref(), null);
        self.keep(written);
    }

    #[inline(never)]
    pub fn records_opt(&mut self, value: &Option<Rope>, nullable: bool, field: &'static str) {
        let null = self.null(nullable, field);
        let written = self.w.records_opt(value.as_ref(), null);
        self.keep(written);
    }

    pub fn array_opt<T: Fields + Default>(
        &mut self,
        value: &Option<Vec<T>>,
        nullable: bool,
        field: &'static str,
    ) {
        match value {
            Some(values) => values.write(self),
            None => self.null_array(nullable, field),
        }
    }

    #[inline(never)]
    fn null_array(&mut self, nullable: bool, field: &'static str) {
        let null = self.null(nullable, field);
        let written = self.w.null_array(null);
        self.keep(written);
    }

    pub fn struct_opt<T: Fields>(
        &mut self,
        value: &Option<T>,
        nullable: bool,
        field: &'static str,
    ) {
        match value {
            Some(value) => {
                self.w.present();
                value.write(self);
            }
            None => {
                let null = self.null(nullable, field);
                let written = self.w.null_struct(null);
                self.keep(written);
            }
        }
    }

    #[inline(never)]
    fn length(&mut self, n: usize) {
        let written = self.w.array_len(n);
        self.keep(written);
    }

    /// Adds to `tags` the one whose value `write` writes.
    #[inline(never)]
    pub fn tag(
        &mut self,
        tags: &mut TaggedFields,
        tag: u32,
        write: &mut dyn FnMut(&mut FieldWriter<'_>),
    ) {
        let mut value = Writer::for_tag();
        let mut fields = FieldWriter::new(&mut value, self.version);
        write(&mut fields);
        let outcome = fields.outcome();
        self.keep(outcome);
        tags.push((tag, value.take_flat()));
    }

    /// The tagged fields at the end of a struct: its own, and those that came with it and are handed on.
    #[inline(never)]
    pub fn tags(&mut self, known: TaggedFields, unknown: &TaggedFields) {
        let written = self.w.tagged_fields(known, unknown);
        self.keep(written);
    }

    /// Tagged fields of a struct that has none of its own.
    #[inline(never)]
    pub fn unknown_tags(&mut self, unknown: &TaggedFields) {
        self.tags(TaggedFields::new(), unknown);
    }
}

impl<T: Fields + Default> Fields for Vec<T> {
    fn read(&mut self, r: &mut FieldReader<'_>) {
        let n = r.length(false).unwrap_or(0);
        *self = r.elements(n);
    }

    fn write(&self, w: &mut FieldWriter<'_>) {
        w.length(self.len());
        for element in self {
            element.write(w);
        }
    }
}

/// Values that [`Reader`] and [`Writer`] know by a method each.
macro_rules! values {
    ($($ty:ty: $method:ident, |$value:ident, $w:ident| $write:expr;)*) => { $(
        impl Fields for $ty {
            #[inline(never)]
            fn read(&mut self, r: &mut FieldReader<'_>) {
                let read = r.r.$method();
                r.keep(read, self);
            }

            #[inline(never)]
            fn write(&self, w: &mut FieldWriter<'_>) {
                let ($value, $w) = (self, &mut *w.w);
                let written = $write;
                w.keep(written);
            }
        }
    )* };
}

values! {
    bool: bool, |value, w| { w.bool(*value); Ok(()) };
    i8: i8, |value, w| { w.i8(*value); Ok(()) };
    i16: i16, |value, w| { w.i16(*value); Ok(()) };
    u16: u16, |value, w| { w.u16(*value); Ok(()) };
    i32: i32, |value, w| { w.i32(*value); Ok(()) };
    u32: u32, |value, w| { w.u32(*value); Ok(()) };
    i64: i64, |value, w| { w.i64(*value); Ok(()) };
    f64: f64, |value, w| { w.f64(*value); Ok(()) };
    Uuid: uuid, |value, w| { w.uuid(*value); Ok(()) };
    String: string, |value, w| w.string(value);
    Bytes: bytes, |value, w| w.bytes(value);
    Rope: records, |value, w| w.records(value);
}
