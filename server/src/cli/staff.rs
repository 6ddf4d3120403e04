//! `staff`: the first owner, and ways back in when nobody can sign in.

use std::io::Read as _;

use app::role::Role;
use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};

use super::{End, Outside, say};
use crate::clock::rfc3339;
use crate::crypto::password;
use crate::services::staff::invite::is_address;
use crate::services::staff::passwords::{LONGEST, SHORTEST, Unfit, is_fit};
use crate::services::staff::team::{self, Change, Outcome};
use crate::storage::Db;
use crate::storage::staff::{self, Staff, secrets};

#[derive(Subcommand)]
pub(super) enum StaffCommand {
    /// Make an account that can sign in at once.
    Add {
        #[arg(value_name = "EMAIL")]
        email: String,
        /// viewer, support, engineer or owner.
        #[arg(long, value_parser = role)]
        role: Role,
        /// What colleagues see; without it the part before the @.
        #[arg(long)]
        name: Option<String>,
        /// Read the password from standard input. There is no other way to give one.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Who there is.
    List,
    /// Nobody signs in with this account any more; its sessions end.
    Disable {
        #[arg(value_name = "EMAIL")]
        email: String,
    },
    /// The opposite.
    Enable {
        #[arg(value_name = "EMAIL")]
        email: String,
    },
    /// Give an account a new password; its sessions end.
    SetPassword {
        #[arg(value_name = "EMAIL")]
        email: String,
        /// Read the password from standard input. There is no other way to give one.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Forget an authenticator app that was lost; its sessions end.
    ForgetApp {
        #[arg(value_name = "EMAIL")]
        email: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_slug(text).ok_or_else(|| "viewer, support, engineer or owner".to_owned())
}

pub(super) async fn run(outside: &Outside, command: StaffCommand) -> Result<(), End> {
    let config = outside.config()?;
    outside.start_log(config.log_format);
    let db = outside.database(&config).await?;
    let done = act(outside, &db, command).await;
    db.close().await;
    done
}

async fn act(outside: &Outside, db: &Db, command: StaffCommand) -> Result<(), End> {
    match command {
        StaffCommand::Add { email, role, name, password_stdin: _ } => {
            if !is_address(&email) {
                return Err(End::Refused(format!("{email} is no e-mail address")));
            }
            let hash = hashed(outside, &email)?;
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
            let account = (email.clone(), name, role);
            let Some(_) = team::add(db, &outside.random, &outside.clock, account, &hash).await? else {
                return Err(End::Failed(anyhow::anyhow!("{email} has an account already; `staff list` shows it")));
            };
            say(format_args!("{email} can sign in as {role}."));
        }
        StaffCommand::List => {
            let with_app = secrets::with_second_factor(db.read()).await?;
            for one in staff::all(db.read()).await? {
                say(line(&one, with_app.contains(&one.id)));
            }
        }
        StaffCommand::Disable { email } => change(outside, db, &email, Change::Disable).await?,
        StaffCommand::Enable { email } => change(outside, db, &email, Change::Enable).await?,
        StaffCommand::ForgetApp { email } => change(outside, db, &email, Change::ForgetApp).await?,
        StaffCommand::SetPassword { email, password_stdin: _ } => {
            let known = known(db, &email).await?;
            let hash = hashed(outside, &known.email)?;
            team::set_password(db, &outside.random, &outside.clock, &known, &hash).await?;
            say(format_args!("{} has a new password; nobody is signed in with the old one.", known.email));
        }
    }
    Ok(())
}

async fn change(outside: &Outside, db: &Db, email: &str, change: Change) -> Result<(), End> {
    let known = known(db, email).await?;
    match team::change_by_hand(db, &outside.random, &outside.clock, known.id, change).await? {
        Outcome::Done => {}
        Outcome::LastOwner => {
            return Err(End::Failed(anyhow::anyhow!(
                "{} is the last owner who can sign in; add another one first",
                known.email
            )));
        }
        Outcome::Unknown => return Err(End::Failed(anyhow::anyhow!("there is no account {email}"))),
    }
    say(format_args!(
        "{} {}; all sessions of this account have ended.",
        known.email,
        match change {
            Change::Disable => "is disabled",
            Change::Enable => "is enabled",
            _ => "signs in with the password alone",
        }
    ));
    Ok(())
}

async fn known(db: &Db, email: &str) -> Result<Staff, End> {
    let found = staff::by_email(db.read(), email).await?;
    found.ok_or_else(|| End::Failed(anyhow::anyhow!("there is no account {email}; `staff list` shows all")))
}

fn hashed(outside: &Outside, email: &str) -> Result<String, End> {
    let password = from_stdin()?;
    is_fit(&password, email).map_err(|unfit| {
        End::Refused(match unfit {
            Unfit::TooShort => format!("the password is shorter than {SHORTEST} characters"),
            Unfit::TooLong => format!("the password is longer than {LONGEST} characters"),
            Unfit::Guessable => "the password is the address, or a few characters over and over".to_owned(),
        })
    })?;
    password::hash(&password, outside.random.bytes())
        .ok_or_else(|| End::Failed(anyhow::anyhow!("there is not enough memory for hashing a password")))
}

fn from_stdin() -> Result<SecretString, End> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    let password = team::typed(&text);
    if password.expose_secret().contains('\n') {
        return Err(End::Refused("a password is one line".to_owned()));
    }
    Ok(password)
}

fn line(staff: &Staff, has_app: bool) -> String {
    let day = |at| rfc3339(at).map_or_else(String::new, |at| at[..10].to_owned());
    let seen = staff.signed_in_at.map_or_else(|| "never signed in".to_owned(), |at| format!("last in {}", day(at)));
    let app = if has_app { "with an app" } else { "password only" };
    let state = staff.disabled_at.map_or_else(|| "enabled".to_owned(), |at| format!("disabled {}", day(at)));
    format!("{}  {}  {}  {app}  {seen}  {state}", staff.email, staff.name, staff.role)
}
