//! What partner systems answered to `options` and `facts` a moment ago, in memory: several windows that ask the same
//! at once make one call, and one that asks again soon makes none.
//!
//! A key holds when the connection's steps and account were last settled. So whoever links another account asks anew,
//! in every process, also where an answer to an older question is still on its way.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::Serialize;
use uuid::Uuid;

use crate::clock::{Clock, Millis, SECOND};
use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::manifest::{Hook, Integration};
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::settings;
use crate::upstream::partner::{Facts, FactsByName, OptionPage, Options, PartnerError, Stamp, Subject};

/// As long as people take from one page to the next.
const FRESH: Millis = 30 * SECOND;
/// A partner in trouble is not asked by each window that waits; trying again by hand is later than that.
const TROUBLE: Millis = 2 * SECOND;
/// Whoever presses Refresh ten times asks once.
const AGAIN: Millis = 5 * SECOND;
/// All answers together, in bytes.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// Of answers that are small; more go earlier.
const MANY: usize = 2_000;
/// Names that are remembered beyond that.
const NAMES: usize = 20_000;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    integration: String,
    connection: Uuid,
    /// When steps or account of the connection were settled last.
    settled: Millis,
    hook: &'static str,
    /// The question as JSON: source, location, depends_on, search, cursor, ids; or names, location.
    question: String,
}

#[derive(Clone)]
enum Answer {
    Options(Arc<OptionPage>),
    Facts(Arc<FactsByName>),
}

#[derive(Clone)]
struct Kept {
    at: Millis,
    answer: Result<Answer, PartnerError>,
}

impl Kept {
    fn is_over(&self, now: Millis) -> bool {
        let lives = if self.answer.is_ok() { FRESH } else { TROUBLE };
        !(self.at..self.at + lives).contains(&now)
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Kept> for ByBytes {
    fn weight(&self, key: &Key, kept: &Kept) -> u64 {
        const EACH: usize = 200;
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let bytes = match &kept.answer {
            Ok(Answer::Options(page)) => page
                .items
                .iter()
                .map(|item| {
                    let more = [&item.description, &item.disabled, &item.parent].map(text).iter().sum::<usize>();
                    EACH + item.id.len() + item.name.len() + more
                })
                .sum(),
            Ok(Answer::Facts(facts)) => facts.keys().map(|name| EACH + name.len()).sum(),
            Err(_) => 0,
        };
        (EACH + key.question.len() + bytes) as u64
    }
}

/// Connection, source and id of something that can be chosen.
type Named = (Uuid, String, String);

pub struct Answers {
    kept: Cache<Key, Kept, ByBytes>,
    names: Cache<Named, String>,
    /// When lists of OfficeRnD were read by hand last.
    by_hand: Cache<(Uuid, String), Millis>,
    clock: Clock,
}

impl Answers {
    pub fn new(clock: Clock) -> Self {
        Self {
            kept: Cache::with_weighter(MANY, MOST_BYTES, ByBytes),
            names: Cache::new(NAMES),
            by_hand: Cache::new(MANY),
            clock,
        }
    }

    /// Whether a list of OfficeRnD may be read by hand now; presses that come at once are one.
    pub fn may_read(&self, connection: Uuid, source: &str) -> bool {
        let (key, now) = ((connection, source.to_owned()), self.clock.now());
        let recent = self.by_hand.get(&key).is_some_and(|at| (at..at + AGAIN).contains(&now));
        if !recent {
            self.by_hand.insert(key, now);
        }
        !recent
    }

    /// Whether an answer was given so lately that asking by hand tells nothing new.
    fn is_recent(&self, key: &Key) -> bool {
        let now = self.clock.now();
        self.kept.get(key).is_some_and(|kept| kept.answer.is_ok() && (kept.at..kept.at + AGAIN).contains(&now))
    }

    /// The account of a connection is another one, or what was entered for it.
    pub fn forget(&self, connection: Uuid) {
        self.kept.retain(|key, _| key.connection != connection);
        self.names.retain(|(owner, ..), _| *owner != connection);
    }

    /// What something was called when the partner system was asked last, however long ago.
    pub fn name(&self, connection: Uuid, source: &str, id: &str) -> Option<String> {
        self.names.get(&(connection, source.to_owned(), id.to_owned()))
    }

    /// `anew`: a person does not believe what is here.
    async fn ask(
        &self,
        key: Key,
        anew: bool,
        call: impl Future<Output = Result<Answer, PartnerError>>,
    ) -> Result<Answer, PartnerError> {
        let now = self.clock.now();
        self.kept.remove_if(&key, |kept| anew || kept.is_over(now));
        let asked = self.kept.get_or_insert_async(&key, async {
            let answer = call.await;
            Ok::<_, std::convert::Infallible>(Kept { at: self.clock.now(), answer })
        });
        match asked.await {
            Ok(kept) => kept.answer,
            Err(never) => match never {},
        }
    }
}

/// Whom a question is about.
#[derive(Clone, Copy)]
pub struct About<'a> {
    pub integration: &'a Integration,
    pub organization: &'a Organization,
    pub connection: &'a Connection,
}

/// Why there is no answer.
pub enum Unanswered {
    Partner(PartnerError),
    Ours(ServiceError),
}

/// One page of a list.
///
/// # Errors
/// When the partner system is in trouble, now or a moment ago, or our database.
pub async fn options(
    app: &App,
    about: About<'_>,
    question: &Options<'_>,
    anew: bool,
) -> Result<Arc<OptionPage>, Unanswered> {
    let Some(partner) = &about.integration.partner else {
        return Ok(Arc::new(OptionPage { items: Vec::new(), next: None }));
    };
    let key = key(app, about, Hook::Options, question).await?;
    let anew = anew && !app.answers.is_recent(&key);
    let call = async {
        let page = app.partners.options(partner, subject(about), stamp(app), question).await;
        app.calls.hook(about.connection.id, Hook::Options, &page, app.clock.now());
        let page = page?;
        for item in &page.items {
            let named = (about.connection.id, question.source.to_owned(), item.id.clone());
            app.answers.names.insert(named, item.name.clone());
        }
        Ok(Answer::Options(Arc::new(page)))
    };
    match app.answers.ask(key, anew, call).await.map_err(Unanswered::Partner)? {
        Answer::Options(page) => Ok(page),
        Answer::Facts(_) => Ok(Arc::new(OptionPage { items: Vec::new(), next: None })),
    }
}

/// What rules and locks need to know.
///
/// # Errors
/// As [`options`].
pub async fn facts(
    app: &App,
    about: About<'_>,
    question: &Facts<'_>,
    anew: bool,
) -> Result<Arc<FactsByName>, Unanswered> {
    let Some(partner) = &about.integration.partner else { return Ok(Arc::default()) };
    let key = key(app, about, Hook::Facts, question).await?;
    let call = async {
        let facts = app.partners.facts(partner, subject(about), stamp(app), question).await;
        app.calls.hook(about.connection.id, Hook::Facts, &facts, app.clock.now());
        Ok(Answer::Facts(Arc::new(facts?)))
    };
    let answer = match question.draft {
        None => app.answers.ask(key, anew, call).await,
        // What is not saved yet is asked once and remembered nowhere.
        Some(_) => call.await,
    };
    match answer.map_err(Unanswered::Partner)? {
        Answer::Facts(facts) => Ok(facts),
        Answer::Options(_) => Ok(Arc::default()),
    }
}

async fn key(app: &App, about: About<'_>, hook: Hook, question: &impl Serialize) -> Result<Key, Unanswered> {
    let settled = settings::settled_at(app.db.read(), about.connection.id).await;
    Ok(Key {
        integration: about.integration.slug.clone(),
        connection: about.connection.id,
        settled: settled.map_err(|error| Unanswered::Ours(error.into()))?,
        hook: hook.as_str(),
        question: serde_json::to_string(question).expect("keys are texts, and no value refuses to be written"),
    })
}

fn subject(about: About<'_>) -> Subject<'_> {
    Subject { integration: &about.integration.slug, connection: about.connection.id, organization: about.organization }
}

fn stamp(app: &App) -> Stamp {
    Stamp { id: app.random.uuid(app.clock.now()), at: app.clock.now_seconds() }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::upstream::partner::{Fact, OptionItem};

    fn key(question: &str) -> Key {
        Key {
            integration: "acme".into(),
            connection: Uuid::from_u128(1),
            settled: 0,
            hook: "facts",
            question: question.into(),
        }
    }

    fn counted(count: u64) -> Answer {
        Answer::Facts(Arc::new([("n".to_owned(), Fact::Count(count))].into()))
    }

    fn count(answer: &Result<Answer, PartnerError>) -> u64 {
        match answer {
            Ok(Answer::Facts(facts)) => match facts["n"] {
                Fact::Count(count) => count,
                Fact::Flag(_) => panic!("a count"),
            },
            _ => panic!("facts"),
        }
    }

    #[tokio::test]
    async fn an_answer_counts_for_a_moment() {
        let clock = Clock::fixed(1_000);
        let answers = Answers::new(clock.clone());
        let ask = async |anew, value| count(&answers.ask(key("a"), anew, async { Ok(counted(value)) }).await);
        assert_eq!(ask(false, 1).await, 1);
        clock.advance(FRESH - 1);
        assert_eq!(ask(false, 2).await, 1);
        clock.advance(1);
        assert_eq!(ask(false, 3).await, 3);
        assert_eq!(ask(true, 4).await, 4, "who asks anew is asked for");
        assert_eq!(count(&answers.ask(key("b"), false, async { Ok(counted(5)) }).await), 5, "another question");
        let settled = Key { settled: 7, ..key("a") };
        assert_eq!(count(&answers.ask(settled, false, async { Ok(counted(6)) }).await), 6, "after a change");
        answers.forget(Uuid::from_u128(1));
        assert_eq!(ask(false, 8).await, 8);
        clock.advance(-2 * FRESH);
        assert_eq!(ask(false, 9).await, 9, "a clock that went back makes nothing live for ever");
    }

    #[tokio::test]
    async fn equal_questions_at_once_are_one_call() {
        let clock = Clock::fixed(1_000);
        let answers = Answers::new(clock.clone());
        let calls = AtomicUsize::new(0);
        for fails in [false, true] {
            calls.store(0, Ordering::SeqCst);
            let call = || async {
                calls.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                if fails { Err(PartnerError::for_tests()) } else { Ok(counted(1)) }
            };
            let question = if fails { "fails" } else { "works" };
            let asked = (0..20).map(|_| answers.ask(key(question), false, call()));
            let all = futures_util::future::join_all(asked).await;
            assert!(all.iter().all(|answer| answer.is_err() == fails));
            assert_eq!(calls.load(Ordering::SeqCst), 1, "{question}");
        }
        // A failure is told to those who waited with it, and forgotten soon.
        clock.advance(TROUBLE);
        assert_eq!(count(&answers.ask(key("fails"), false, async { Ok(counted(2)) }).await), 2);
        // Whoever asked may go away: the next one takes over.
        let hanging = answers.ask(key("left"), false, std::future::pending());
        assert!(tokio::time::timeout(Duration::from_millis(10), hanging).await.is_err());
        assert_eq!(count(&answers.ask(key("left"), false, async { Ok(counted(3)) }).await), 3);
    }

    #[tokio::test]
    async fn memory_is_bounded() {
        let answers = Answers::new(Clock::fixed(0));
        for number in 0..200 {
            let item = |id: usize| OptionItem {
                id: id.to_string(),
                name: "x".repeat(500),
                description: None,
                disabled: None,
                parent: None,
            };
            let page = OptionPage { items: (0..1_000).map(item).collect(), next: None };
            let answer = Answer::Options(Arc::new(page));
            drop(answers.ask(key(&number.to_string()), false, async { Ok(answer) }).await);
        }
        assert!(answers.kept.weight() <= MOST_BYTES, "{}", answers.kept.weight());
        assert!(answers.kept.len() > 10, "{}", answers.kept.len());
    }
}
