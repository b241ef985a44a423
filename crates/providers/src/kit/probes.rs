//! Checks of a context: named reads, several at once, of which one that fails hides no other.

use std::future::Future;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};

use super::listing::is_of_context;
use crate::Check;
use qdeck_model::Problem;

/// More at once would wait for one another, and their times would mean nothing.
const PROBES_AT_ONCE: usize = 4;

/// A read to be tried, and its name.
pub(crate) struct Probe<'a, T> {
    name: String,
    read: BoxFuture<'a, Result<T, Problem>>,
}

impl<'a, T> Probe<'a, T> {
    /// A probe that is not sent before it is run.
    pub(crate) fn new(
        name: impl Into<String>,
        read: impl Future<Output = Result<T, Problem>> + Send + 'a,
    ) -> Self {
        Self { name: name.into(), read: read.boxed() }
    }

    async fn run(self) -> (Probed, Result<T, Problem>) {
        let began = Instant::now();
        let answer = self.read.await;
        let result = answer.as_ref().map(|_| began.elapsed()).map_err(Clone::clone);
        (Probed { name: self.name, result, is_read: true }, answer)
    }
}

/// A probe that was run.
struct Probed {
    name: String,
    result: Result<Duration, Problem>,
    /// It shows what the credentials may read. Signing in, or a read that needs no credentials, does not.
    is_read: bool,
}

/// The probes of one check, in the order in which they are shown.
#[derive(Default)]
pub(crate) struct Probes(Vec<Probed>);

impl Probes {
    /// Runs one that shows nothing of what the credentials may read, such as signing in.
    ///
    /// # Errors
    /// Its problem.
    pub(crate) async fn first<T>(&mut self, probe: Probe<'_, T>) -> Result<T, Problem> {
        let (probed, answer) = probe.run().await;
        self.0.push(Probed { is_read: false, ..probed });
        answer
    }

    /// Runs probes, several at once, and returns what each read.
    pub(crate) async fn all<T>(&mut self, probes: Vec<Probe<'_, T>>) -> Vec<Option<T>> {
        let runs: Vec<BoxFuture<'_, _>> = probes.into_iter().map(|probe| probe.run().boxed()).collect();
        let runs = stream::iter(runs).buffered(PROBES_AT_ONCE);
        let (outcomes, answers): (Vec<_>, Vec<_>) = runs.unzip().await;
        self.0.extend(outcomes);
        answers.into_iter().map(Result::ok).collect()
    }

    /// Runs so many probes, several at once, and returns what each read.
    pub(crate) async fn each<T, const N: usize>(&mut self, probes: [Probe<'_, T>; N]) -> [Option<T>; N] {
        let mut values = self.all(Vec::from(probes)).await.into_iter();
        std::array::from_fn(|_| values.next().flatten())
    }

    /// Why nothing at all could be read, if so: a refused sign-in before any other reason.
    pub(crate) fn failure(&self) -> Option<&Problem> {
        let reads = || self.0.iter().filter(|probed| probed.is_read);
        let problems = || reads().filter_map(|probed| probed.result.as_ref().err());
        if reads().any(|probed| probed.result.is_ok()) {
            return None;
        }
        problems().find(|problem| is_of_context(problem)).or_else(|| problems().next())
    }

    /// The check of credentials that are `identity`'s.
    ///
    /// # Errors
    /// When nothing at all could be read: the reason is the result then.
    pub(crate) fn finish(self, identity: Option<String>) -> Result<Check, Problem> {
        if let Some(problem) = self.failure() {
            return Err(problem.clone());
        }
        let probes = self.0.into_iter().map(|probed| (probed.name, probed.result));
        Ok(Check { identity, probes: probes.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdeck_model::ProblemKind;

    fn probe(name: &str, result: Result<u8, ProblemKind>) -> Probe<'static, u8> {
        let result = result.map_err(|kind| Problem::new(kind, name));
        Probe::new(name, async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            result
        })
    }

    #[tokio::test(start_paused = true)]
    async fn probes_run_at_once_and_one_that_fails_hides_no_other() {
        let began = tokio::time::Instant::now();
        let mut probes = Probes::default();
        let [a, b, c] = probes
            .each([probe("a", Ok(1)), probe("b", Err(ProblemKind::Forbidden)), probe("c", Ok(3))])
            .await;
        assert_eq!((a, b, c), (Some(1), None, Some(3)));
        assert!(began.elapsed() < Duration::from_secs(2), "they ran one after another");
        let check = probes.finish(Some("me".to_owned())).unwrap();
        let shown: Vec<_> = check.probes.iter().map(|(name, result)| (&**name, result.is_ok())).collect();
        assert_eq!(shown, [("a", true), ("b", false), ("c", true)]);
    }

    #[tokio::test(start_paused = true)]
    async fn when_nothing_can_be_read_the_refused_sign_in_is_the_reason() {
        let mut probes = Probes::default();
        assert_eq!(probes.first(probe("sign-in", Ok(0))).await, Ok(0));
        let reads = vec![probe("a", Err(ProblemKind::Server)), probe("b", Err(ProblemKind::Unauthorized))];
        probes.all(reads).await;
        assert_eq!(&*probes.finish(Some("me".to_owned())).unwrap_err().message, "b");
    }
}
