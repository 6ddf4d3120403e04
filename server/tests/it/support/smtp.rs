//! A mail server that takes what it is told to take, and remembers it.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail as it came over the wire.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub raw: String,
}

impl Taken {
    /// All lines of a header, unfolded; empty without one.
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let begin = format!("{}:", name.to_lowercase());
        let found = head.lines().find(|line| line.to_lowercase().starts_with(&begin));
        found.map(|line| line[begin.len()..].trim().to_owned()).unwrap_or_default()
    }

    /// Names of all headers.
    pub fn headers(&self) -> Vec<String> {
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default();
        let lines = head.lines().filter(|line| !line.starts_with([' ', '\t']));
        lines.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    }

    /// The text, its lines as they were before they were cut for the wire.
    pub fn text(&self) -> String {
        let body = self.raw.split_once("\r\n\r\n").map_or("", |(_, body)| body).replace("\r\n", "\n");
        if self.header("content-transfer-encoding") != "quoted-printable" {
            return body;
        }
        let joined = body.replace("=\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((first, more)) = rest.split_first() {
            let hex = (*first == b'=').then(|| more.get(..2).and_then(|hex| std::str::from_utf8(hex).ok())).flatten();
            match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &more[2..];
                }
                None => {
                    bytes.push(*first);
                    rest = more;
                }
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}

#[derive(Default)]
struct Shared {
    taken: Mutex<Vec<Taken>>,
    /// Answered to RCPT in place of 250.
    refusal: Mutex<Option<String>>,
    /// Calls of AUTH.
    logins: Mutex<Vec<String>>,
}

pub struct MailServer {
    pub port: u16,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::<Shared>::default();
        let all = shared.clone();
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = all.clone();
                tokio::spawn(async move { drop(talk(stream, &shared).await) });
            }
        });
        Self { port, shared, server }
    }

    /// Configuration keys for mails through this server.
    pub fn keys(&self) -> [(&'static str, String); 4] {
        [
            ("SMTP__HOST", "127.0.0.1".to_owned()),
            ("SMTP__PORT", self.port.to_string()),
            ("SMTP__SECURITY", "none".to_owned()),
            ("SMTP__FROM", "Desk <desk@partner.example>".to_owned()),
        ]
    }

    /// Everything taken since the last call.
    pub fn take(&self) -> Vec<Taken> {
        std::mem::take(&mut *self.shared.taken.lock().unwrap())
    }

    /// Receivers are answered like that from now on.
    pub fn refuse(&self, answer: Option<&str>) {
        *self.shared.refusal.lock().unwrap() = answer.map(str::to_owned);
    }

    pub fn logins(&self) -> Vec<String> {
        self.shared.logins.lock().unwrap().clone()
    }
}

async fn talk(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.test ESMTP\r\n").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    while let Some(line) = lines.next_line().await? {
        let upper = line.to_uppercase();
        let between = |line: &str| line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = if upper.starts_with("EHLO") {
            "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN".to_owned()
        } else if upper.starts_with("AUTH") {
            shared.logins.lock().unwrap().push(line);
            "235 yes".to_owned()
        } else if upper.starts_with("MAIL FROM") {
            from = between(&line);
            to.clear();
            "250 yes".to_owned()
        } else if upper.starts_with("RCPT TO") {
            let refusal = shared.refusal.lock().unwrap().clone();
            if refusal.is_none() {
                to.push(between(&line));
            }
            refusal.unwrap_or_else(|| "250 yes".to_owned())
        } else if upper == "DATA" {
            write.write_all(b"354 go on\r\n").await?;
            let mut raw = String::new();
            while let Some(line) = lines.next_line().await? {
                if line == "." {
                    break;
                }
                // A dot that begins a line is doubled on the wire.
                raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                raw.push_str("\r\n");
            }
            shared.taken.lock().unwrap().push(Taken { from: from.clone(), to: to.clone(), raw });
            "250 taken".to_owned()
        } else if upper == "QUIT" {
            write.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            "250 yes".to_owned()
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
