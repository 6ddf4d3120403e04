use super::*;

fn with(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.toml");
    std::fs::write(&file, "").unwrap();
    Config::load(Some(&file), variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

fn from_file(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deskbridge.toml");
    std::fs::write(&file, text).unwrap();
    Config::load(Some(&file), variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let config = with(&[]).unwrap();
    assert_eq!(config.public("/x"), "http://127.0.0.1:3000/x");
    assert_eq!(config.refresh.requests_per_minute, Some(5));
    assert_eq!(config.database, DatabaseUrl::Sqlite("data/deskbridge.db".into()));
    assert!(!config.production());
}

#[test]
fn a_variable_wins_over_the_file() {
    let config = from_file(
        "retention_days = 10\n[refresh]\nrequests_per_minute = 7\n",
        &[
            ("DESKBRIDGE_REFRESH__REQUESTS_PER_MINUTE", "9"),
            ("DESKBRIDGE_OFFICERND__REGION_HOSTS", "officernd.com, example.org"),
            ("DESKBRIDGE_SERVICE_HOST", "10.0.0.1"),
        ],
    )
    .unwrap();
    assert_eq!((config.retention_days, config.refresh.requests_per_minute), (10, Some(9)));
    assert_eq!(config.officernd.region_hosts, ["officernd.com", "example.org"]);
    assert_eq!(config.ignored_variables, ["DESKBRIDGE_SERVICE_HOST"]);
}

#[test]
fn every_refusal_names_its_key() {
    for (name, value, key) in [
        ("DESKBRIDGE_PUBLIC_ULR", "https://x.example", "DESKBRIDGE_PUBLIC_ULR"),
        ("DESKBRIDGE_PUBLIC_URL", "http://desk.example", "public_url"),
        ("DESKBRIDGE_PUBLIC_URL", "https://desk.example/base", "public_url"),
        ("DESKBRIDGE_PUBLIC_URL", "desk", "public_url"),
        ("DESKBRIDGE_LISTEN", "localhost", "listen"),
        ("DESKBRIDGE_DATABASE_URL", "mysql://x", "database_url"),
        ("DESKBRIDGE_DATABASE_URL", "postgres://localhost/desk", "encryption_keys"),
        ("DESKBRIDGE_ENCRYPTION_KEYS", "1:short", "encryption_keys"),
        ("DESKBRIDGE_RETENTION_DAYS", "many", "DESKBRIDGE_RETENTION_DAYS"),
        ("DESKBRIDGE_RETENTION_DAYS", "-1", "retention_days"),
        ("DESKBRIDGE_REFRESH__POLICY", "sometimes", "refresh__policy"),
        ("DESKBRIDGE_REFRESH__CONCURRENCY", "0", "refresh__concurrency"),
        ("DESKBRIDGE_REFRESH__HORIZON_DAYS", "0", "refresh__horizon_days"),
        ("DESKBRIDGE_REFRESH__MARGIN_SECONDS", "1296000", "refresh__margin_seconds"),
        ("DESKBRIDGE_LOG_FORMAT", "xml", "log_format"),
        ("DESKBRIDGE_TRUSTED_PROXIES", "proxy.example", "trusted_proxies"),
        ("DESKBRIDGE_OFFICERND__REGION_HOSTS", "https://officernd.com", "officernd__region_hosts"),
        ("DESKBRIDGE_OFFICERND__APP_URL", "http://app.example", "officernd__app_url"),
        ("DESKBRIDGE_SMTP__FROM", "a@partner.example", "smtp__host"),
        ("DESKBRIDGE_SMTP__HOST", "https://mail.example", "smtp__host"),
        ("DESKBRIDGE_SMTP__HOST", "mail.example", "smtp__from"),
    ] {
        let problem = with(&[(name, value)]).expect_err(name).to_string();
        assert!(problem.contains(key), "{name}={value}: {problem}");
    }
    for (text, key) in [
        ("nonsense = 1", "nonsense"),
        ("[refresh]\nspeed = 1", "refresh__speed"),
        ("retention_days = \"x\"", "retention_days"),
        ("refresh = 1", "refresh"),
    ] {
        let problem = from_file(text, &[]).expect_err(text).to_string();
        assert!(problem.contains(key), "{text}: {problem}");
    }
}

#[test]
fn all_problems_are_said_at_once_and_no_secret_is() {
    let problem = with(&[
        ("DESKBRIDGE_LISTEN", "x"),
        ("DESKBRIDGE_DATABASE_URL", "nothing"),
        ("DESKBRIDGE_ENCRYPTION_KEYS", "1:c2VjcmV0"),
    ])
    .unwrap_err()
    .to_string();
    for key in ["listen:", "database_url:", "encryption_keys:"] {
        assert!(problem.contains(key), "{problem}");
    }
    assert!(!problem.contains("c2VjcmV0"));
    let config = with(&[
        ("DESKBRIDGE_DATABASE_URL", "postgres://desk:hunter2@db.example/desk"),
        ("DESKBRIDGE_ENCRYPTION_KEYS", "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    ])
    .unwrap();
    let debug = format!("{config:?}");
    assert!(!debug.contains("hunter2") && !debug.contains("AAECAwQF"), "{debug}");
}

const EXAMPLE: &str = include_str!("../../../deskbridge.example.toml");

#[test]
fn the_example_holds_the_defaults() {
    let (example, defaults) = (from_file(EXAMPLE, &[]).unwrap(), with(&[]).unwrap());
    assert_eq!(format!("{example:#?}"), format!("{defaults:#?}"));
    // The comparison means something only if a difference would show.
    let other = from_file(&EXAMPLE.replace("horizon_days = 15", "horizon_days = 14"), &[]).unwrap();
    assert_ne!(format!("{other:#?}"), format!("{defaults:#?}"));
}

/// Keys without a default value stand there as comments.
#[test]
fn the_example_has_every_key_and_no_other() {
    let uncommented: String = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n");
    let table: Table = uncommented.parse().unwrap();
    let mut named: Vec<String> = table
        .iter()
        .flat_map(|(key, value)| match value {
            Value::Table(inner) => inner.keys().map(|inner| format!("{key}__{inner}")).collect(),
            _ => vec![key.clone()],
        })
        .collect();
    let mut known: Vec<String> = KEYS.iter().map(|(key, _)| (*key).to_owned()).collect();
    named.sort();
    known.sort();
    assert_eq!(named, known);
}

/// The table of `docs/OPERATIONS.md`: `| key | variable | default | … |`.
#[test]
fn the_operations_guide_lists_every_key_with_its_variable() {
    let guide = include_str!("../../../docs/OPERATIONS.md");
    let rows: Vec<Vec<&str>> = guide
        .lines()
        .filter(|line| line.contains("| `DESKBRIDGE_"))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let listed: Vec<(&str, &str)> = rows.iter().map(|row| (row[0], row[1])).collect();
    let names: Vec<String> = KEYS.iter().map(|(key, _)| keys::variable_name(key)).collect();
    let expected: Vec<(&str, &str)> =
        KEYS.iter().zip(&names).map(|((key, _), variable)| (*key, variable.as_str())).collect();
    assert_eq!(listed, expected);
}

#[test]
fn nought_requests_a_minute_means_that_no_limit_was_agreed() {
    assert_eq!(with(&[("DESKBRIDGE_REFRESH__REQUESTS_PER_MINUTE", "0")]).unwrap().refresh.requests_per_minute, None);
}

#[test]
fn mail_is_sent_only_where_nobody_reads_along() {
    let given = |more: &[(&str, &str)]| {
        let base =
            [("DESKBRIDGE_SMTP__HOST", "mail.example"), ("DESKBRIDGE_SMTP__FROM", "Desk <desk@partner.example>")];
        with(&base.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
    };
    let smtp = given(&[]).unwrap().smtp.unwrap();
    assert_eq!((smtp.port, smtp.security), (465, SmtpSecurity::Tls));
    let starts = given(&[("DESKBRIDGE_SMTP__SECURITY", "starttls")]).unwrap().smtp.unwrap();
    assert_eq!((starts.port, starts.security), (587, SmtpSecurity::StartTls));
    let here = [("DESKBRIDGE_SMTP__SECURITY", "none"), ("DESKBRIDGE_SMTP__HOST", "127.0.0.1")];
    assert_eq!(given(&here).unwrap().smtp.unwrap().port, 25);
    for (wrong, key) in [
        (&[("DESKBRIDGE_SMTP__SECURITY", "none")][..], "smtp__security"),
        (&[("DESKBRIDGE_SMTP__SECURITY", "ssl")], "smtp__security"),
        (&[("DESKBRIDGE_SMTP__USER", "desk")], "smtp__password"),
        (&[("DESKBRIDGE_SMTP__PASSWORD", "hunter2")], "smtp__user"),
        (&[("DESKBRIDGE_SMTP__FROM", "desk")], "smtp__from"),
        (&[("DESKBRIDGE_SMTP__FROM", "a@b.example\r\nBcc: x@y.example")], "smtp__from"),
        (&[("DESKBRIDGE_SMTP__PORT", "70000")], "smtp__port"),
        (&[("DESKBRIDGE_SMTP__PORT", "0")], "smtp__port"),
    ] {
        let problem = given(wrong).expect_err(key).to_string();
        assert!(problem.contains(key) && !problem.contains("hunter2"), "{problem}");
    }
    let login = [("DESKBRIDGE_SMTP__USER", "desk"), ("DESKBRIDGE_SMTP__PASSWORD", "hunter2")];
    assert!(!format!("{:?}", given(&login).unwrap()).contains("hunter2"));
}
