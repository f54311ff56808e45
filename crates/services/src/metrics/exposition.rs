//! What is shown, in the text format of Prometheus.

use std::fmt;
use std::marker::PhantomData;

use prometheus_client::encoding::prometheus_text::{CONTENT_TYPE, encode};
use prometheus_client::encoding::{
    EncodeLabel as _, EncodeLabelSet, EncodeMetric, LabelSetEncoder, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::series::{Distribution, LabelSet};
use super::sources::{self, Sources};
use crate::clients::ClientCache;

/// Everything that can be read off the server. Reading asks the memory of the process and the
/// system, never the database.
pub struct Exposition {
    registry: Registry,
    clients: ClientCache,
}

impl Exposition {
    /// What the answer's `Content-Type` has to be.
    pub const CONTENT_TYPE: &'static str = CONTENT_TYPE;

    /// What services count, and what is read off the parts of the server.
    #[must_use]
    pub fn new(sources: &Sources) -> Self {
        let mut exposition = Self {
            registry: Registry::default(),
            clients: sources.clients.clone(),
        };
        sources.context.metrics.register(&mut exposition);
        sources::register(sources, &mut exposition);
        exposition
    }

    /// Shows a number that only grows. `name` is without `_total`, which the format adds; `help` is
    /// a sentence without its full stop. Where `read` answers `None`, the series is left out.
    pub fn counter<L: LabelSet, V: Into<Value>>(
        &mut self,
        name: &str,
        help: &str,
        read: impl Fn(L) -> Option<V> + Send + Sync + 'static,
    ) {
        self.show(name, help, MetricType::Counter, read);
    }

    /// Shows a number that goes up and down.
    pub fn gauge<L: LabelSet, V: Into<Value>>(
        &mut self,
        name: &str,
        help: &str,
        read: impl Fn(L) -> Option<V> + Send + Sync + 'static,
    ) {
        self.show(name, help, MetricType::Gauge, read);
    }

    /// Shows how long something takes.
    pub fn durations<L: LabelSet>(
        &mut self,
        name: &str,
        help: &str,
        read: impl Fn(L) -> Option<Distribution> + Send + Sync + 'static,
    ) {
        self.show(name, help, MetricType::Histogram, read);
    }

    /// Shows texts that stay the same.
    pub(super) fn info(
        &mut self,
        name: &str,
        help: &str,
        labels: Vec<(&'static str, &'static str)>,
    ) {
        self.registry.register(name, help, Info::new(labels));
    }

    fn show<L: LabelSet, V: Into<Value>>(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        read: impl Fn(L) -> Option<V> + Send + Sync + 'static,
    ) {
        let family = Family {
            kind,
            read: move |labels| read(labels).map(Into::into),
            labels: PhantomData,
        };
        self.registry.register(name, help, family);
    }

    /// Everything as it is now.
    ///
    /// # Errors
    /// Never in practice: text is written to memory.
    pub async fn render(&self) -> Result<String, fmt::Error> {
        // The cache counts its entries while it tidies up, which it leaves to those who use it.
        self.clients.tidy().await;
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A number that is read when somebody looks.
pub enum Value {
    /// A whole number.
    Whole(u64),
    /// Any number.
    Real(f64),
    /// A histogram.
    Distribution(Distribution),
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Whole(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Whole(u64::try_from(value).unwrap_or(u64::MAX))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<Distribution> for Value {
    fn from(value: Distribution) -> Self {
        Self::Distribution(value)
    }
}

/// A family of series whose values are read when they are shown.
struct Family<L, R> {
    kind: MetricType,
    read: R,
    labels: PhantomData<fn() -> L>,
}

impl<L, R> fmt::Debug for Family<L, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl<L: LabelSet, R: Fn(L) -> Option<Value>> EncodeMetric for Family<L, R> {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for labels in L::all() {
            let Some(value) = (self.read)(labels) else {
                continue;
            };
            let pairs = Pairs(labels.pairs());
            value.encode(self.kind, encoder.encode_family(&pairs)?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        self.kind
    }
}

impl Value {
    fn encode(&self, kind: MetricType, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        match (self, kind) {
            (Self::Whole(value), MetricType::Counter) => {
                encoder.encode_counter::<NoLabelSet, _, u64>(value, None)
            }
            (Self::Real(value), MetricType::Counter) => {
                encoder.encode_counter::<NoLabelSet, _, f64>(value, None)
            }
            (Self::Whole(value), _) => encoder.encode_gauge(value),
            (Self::Real(value), _) => encoder.encode_gauge(value),
            (Self::Distribution(it), _) => {
                let sum = it.sum.as_secs_f64();
                encoder.encode_histogram::<NoLabelSet>(sum, it.count(), &it.buckets, None)
            }
        }
    }
}

/// Names and values of labels.
struct Pairs(Vec<(&'static str, &'static str)>);

impl EncodeLabelSet for Pairs {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        for pair in &self.0 {
            pair.encode(encoder.encode_label())?;
        }
        Ok(())
    }
}
