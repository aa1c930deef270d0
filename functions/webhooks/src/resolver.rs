//! Resolves the names of receivers, to public addresses only.
//!
//! The client connects to exactly the addresses that were checked here. So a name that has another address a
//! moment later leads nowhere else.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use domain::webhook::{SendFailure, is_public};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The addresses of a name, as soon as they are known.
pub type Resolution = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of names.
pub trait NameResolver: Send + Sync + 'static {
    /// Finds the addresses of a name.
    fn resolve(&self, name: &str) -> Resolution;
}

/// The resolver of the operating system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemResolver;

impl NameResolver for SystemResolver {
    fn resolve(&self, name: &str) -> Resolution {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 443)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Passes on only public addresses.
pub(crate) struct PublicResolver(pub(crate) Arc<dyn NameResolver>);

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.resolve(name.as_str());
        Box::pin(async move {
            let found = found.await.map_err(|_| NotReached(SendFailure::NameNotResolved))?;
            let addresses = check(found)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Returns the addresses if all of them are public. One that is not is a sign of an attack, so the others are
/// not used either.
fn check(found: Vec<IpAddr>) -> Result<Vec<SocketAddr>, NotReached> {
    if found.is_empty() {
        return Err(NotReached(SendFailure::NameNotResolved));
    }
    if !found.iter().copied().all(is_public) {
        return Err(NotReached(SendFailure::AddressNotPublic));
    }
    // With 0, the client takes the port of the URL.
    Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
}

/// Why no connection was tried. The client wraps it in its own errors.
#[derive(Debug)]
pub(crate) struct NotReached(pub(crate) SendFailure);

impl NotReached {
    /// Finds it in an error of the client.
    pub(crate) fn find(error: &(dyn Error + 'static)) -> Option<SendFailure> {
        let causes = std::iter::successors(Some(error), |&cause| cause.source());
        causes.filter_map(<dyn Error>::downcast_ref::<Self>).map(|found| found.0).next()
    }
}

impl fmt::Display for NotReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl Error for NotReached {}
