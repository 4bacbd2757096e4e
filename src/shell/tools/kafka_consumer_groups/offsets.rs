//! Offsets of groups and of logs, with the errors wrapped as Kafka's tool wraps them; dates and durations.

use super::super::failure::Failure;
use super::super::java;
use crate::base::SortedMap;
use crate::client::admin::{ListOffsetsResult, OffsetSpec};
use crate::client::{Admin, OffsetAndMetadata, TopicPartition};
use crate::shell::time::days_of;

/// The offsets that a group has.
pub async fn committed(
    admin: &Admin,
    group: &str,
) -> Result<SortedMap<TopicPartition, OffsetAndMetadata>, Failure> {
    let offsets = admin.list_group_offsets(group, None).await;
    let offsets = offsets.map_err(|error| Failure::from(error).execution().runtime())?;
    Ok(offsets
        .into_iter()
        .filter_map(|(tp, offset)| Some((tp, offset?)))
        .collect())
}

/// The same offset of each partition, in the order of a Java map.
pub async fn log_offsets(
    admin: &Admin,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
) -> Result<Vec<(TopicPartition, ListOffsetsResult)>, Failure> {
    let wanted: SortedMap<TopicPartition, OffsetSpec> =
        partitions.iter().map(|tp| (tp.clone(), spec)).collect();
    let answers = admin.list_offsets(&wanted).await;
    java::partitions_as_grown_map(answers, |(tp, _)| tp)
        .into_iter()
        .map(|(tp, answer)| {
            let found = answer.map_err(|error| Failure::from(error).execution().runtime())?;
            Ok((tp, found))
        })
        .collect()
}

/// Where the logs end.
pub async fn end_offsets(
    admin: &Admin,
    partitions: &[TopicPartition],
) -> Result<SortedMap<TopicPartition, i64>, Failure> {
    let found = log_offsets(admin, partitions, OffsetSpec::Latest).await?;
    Ok(found
        .into_iter()
        .map(|(tp, end)| (tp, end.offset))
        .collect())
}

/// Reads `2026-01-31T12:34:56.789`, with `Z`, `+02`, `+0200` or `+02:00` behind it, or UTC.
/// Gives milliseconds since 1970-01-01 UTC.
pub fn parse_datetime(text: &str) -> Result<i64, Failure> {
    let error = |message: String| Failure::new("java.text.ParseException", message);
    let Some((date, time)) = text.split_once('T').filter(|(_, time)| !time.is_empty()) else {
        return Err(error(
            "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format".into(),
        ));
    };
    let zoned = match time.contains(['+', '-', 'Z']) {
        true => text.to_owned(),
        false => format!("{text}Z"),
    };
    let time = &zoned[date.len() + 1..];
    parse_parts(date, time).ok_or_else(|| error(format!("Unparseable date: \"{zoned}\"")))
}

fn parse_parts(date: &str, time: &str) -> Option<i64> {
    let number = |text: &str| -> Option<i64> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok())?
    };
    let mut date = date.splitn(3, '-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let zone_at = time.find(['+', '-', 'Z'])?;
    let (clock, zone) = time.split_at(zone_at);
    let mut clock = clock.splitn(3, ':');
    let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
    let (second, milli) = second.split_once('.')?;
    let (hour, minute) = (number(hour)?, number(minute)?);
    let (second, milli) = (number(second)?, number(milli)?);
    let month_days = days_in(year, month)?;
    let valid = (1..=month_days).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if !valid || milli > 999 {
        return None;
    }
    let days = days_of(year, month as u32, day as u32);
    let clock_ms = ((hour * 60 + minute) * 60 + second) * 1000 + milli;
    Some(days * 86_400_000 + clock_ms - zone_ms(zone)?)
}

fn days_in(year: i64, month: i64) -> Option<i64> {
    match month {
        12 => Some(31),
        1..=11 => Some(days_of(year, month as u32 + 1, 1) - days_of(year, month as u32, 1)),
        _ => None,
    }
}

/// `Z`, `+02`, `+0200` or `+02:00`.
fn zone_ms(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, digits) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None => digits.split_at_checked(2)?,
    };
    let hours: i64 = hours.parse().ok().filter(|h| (0..24).contains(h))?;
    let minutes: i64 = match minutes {
        "" => 0,
        text => text.parse().ok().filter(|m| (0..60).contains(m))?,
    };
    Some(sign * (hours * 60 + minutes) * 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_kafka_reads_them() {
        assert_eq!(parse_datetime("1970-01-01T00:00:01.500"), Ok(1500));
        assert_eq!(
            parse_datetime("2000-01-01T00:00:00.000Z"),
            Ok(946_684_800_000)
        );
        let east = parse_datetime("2000-01-01T02:00:00.000+02:00");
        assert_eq!(east, Ok(946_684_800_000));
        let west = parse_datetime("1999-12-31T22:30:00.000-0130");
        assert_eq!(west, Ok(946_684_800_000));
    }

    #[test]
    fn other_texts_are_no_dates() {
        let message = |text: &str| parse_datetime(text).unwrap_err().message().to_owned();
        assert!(message("2000-01-01").starts_with("Error parsing timestamp."));
        for text in [
            "2000-01-01T00:00",
            "2000-02-30T00:00:00.000",
            "2000-01-01T24:00:00.000",
        ] {
            assert_eq!(message(text), format!("Unparseable date: \"{text}Z\""));
        }
    }
}
