//! Words that keys of kinds may hold: units, directions, forms.

use super::super::words::words;

words! {
    /// Which side a property is copied to.
    Direction { ToPartner "to_partner", ToOfficeRnd "to_officernd", Both "both" }
    /// Units of time.
    TimeUnit { Seconds "s", Minutes "min", Hours "h", Days "d", Weeks "w", Months "month" }
    /// Units of data rates.
    RateUnit { Bit "bit/s", Kilobit "kbit/s", Megabit "Mbit/s", Gigabit "Gbit/s" }
    /// Units of data.
    SizeUnit {
        Byte "B", Kilobyte "kB", Megabyte "MB", Gigabyte "GB", Terabyte "TB",
        Kibibyte "KiB", Mebibyte "MiB", Gibibyte "GiB", Tebibyte "TiB",
    }
    /// Forms of a line.
    LineKind { Text "text", Email "email", Domain "domain", Cidr "cidr", Url "url" }
    /// Where things belong that a priority list does not name.
    #[derive(Default)]
    Unlisted { #[default] AfterListedByName "after_listed_by_name", LeftOut "left_out" }
    /// Texts that Deskbridge knows by itself.
    InfoSource {
        LocationName "location.name", LocationCurrency "location.currency", LocationTimeZone "location.time_zone",
        LocationCountry "location.country", LocationLanguage "location.language",
        OrganizationName "organization.name", OrganizationSlug "organization.slug",
        AccountId "account.id", AccountName "account.name", ConnectionId "connection.id",
    }
}
