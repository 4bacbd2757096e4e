//! Every back end that works at once keeps the one contract of `log::storage`.

mod contract;
mod disk;
mod sim;
