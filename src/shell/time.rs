//! Calendar dates in UTC, for `date` and log lines.

/// A moment taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub milli: u32,
    /// 0 is Sunday.
    pub weekday: u32,
    /// 1 is the 1st of January.
    pub year_day: u32,
}

const DAY_MS: i64 = 86_400_000;

/// The date of a moment in milliseconds since 1970-01-01 UTC.
pub fn civil(wall_ms: i64) -> Civil {
    let days = wall_ms.div_euclid(DAY_MS);
    let ms = wall_ms.rem_euclid(DAY_MS) as u32;
    let (year, month, day) = date_of(days);
    Civil {
        year,
        month,
        day,
        hour: ms / 3_600_000,
        minute: ms / 60_000 % 60,
        second: ms / 1000 % 60,
        milli: ms % 1000,
        weekday: (days + 4).rem_euclid(7) as u32,
        year_day: (days - days_of(year, 1, 1)) as u32 + 1,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
pub fn days_of(year: i64, month: u32, day: u32) -> i64 {
    // Years that begin in March make the leap day the last of its year.
    let shifted = year - i64::from(month <= 2);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn date_of(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = ((month_from_march + 2) % 12 + 1) as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// `2026-01-31 12:34:56,789`: the stamp of Kafka's log lines.
pub fn log_stamp(wall_ms: i64) -> String {
    let c = civil(wall_ms);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}",
        c.year, c.month, c.day, c.hour, c.minute, c.second, c.milli
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_out_right() {
        assert_eq!(log_stamp(0), "1970-01-01 00:00:00,000");
        assert_eq!(log_stamp(951_782_400_123), "2000-02-29 00:00:00,123");
        assert_eq!(log_stamp(-1), "1969-12-31 23:59:59,999");
        assert_eq!(civil(951_782_400_123).weekday, 2);
        assert_eq!(civil(951_782_400_123).year_day, 60);
        for day in [-800_000, -1, 0, 59, 60, 11_016, 20_000, 2_932_896] {
            let (y, m, d) = date_of(day);
            assert_eq!(days_of(y, m, d), day);
        }
    }
}
