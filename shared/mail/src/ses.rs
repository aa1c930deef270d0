//! The Amazon SES v2 client.

use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{self as ses, Body, Content, Destination, EmailContent, MessageTag};
use telemetry::CalledService;

use crate::error::SendError;
use crate::message::Message;
use crate::sender::Sender;

#[cfg(test)]
mod tests;

/// The id that SES gives to an email. Its feedback events carry the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageId(String);

impl MessageId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Sends emails through Amazon SES.
#[derive(Clone, Debug)]
pub struct Ses {
    client: Client,
    from: Sender,
    configuration_set: Option<String>,
}

/// The longest time that one email may take. `SendEmail` takes no token that would make it repeatable, so the
/// client never repeats it, and waits long for an answer.
pub const SEND_LIMIT: Duration = Duration::from_secs(15);

impl Ses {
    /// Sends from the address `from` to the endpoint of `client`. SES reports deliveries and bounces to the
    /// destinations of `configuration_set`.
    #[must_use]
    pub fn new(client: &Client, from: Sender, configuration_set: Option<String>) -> Self {
        let limits = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_timeout(SEND_LIMIT)
            .operation_attempt_timeout(SEND_LIMIT)
            .build();
        let config = client.config().to_builder();
        let config = config.retry_config(RetryConfig::disabled()).timeout_config(limits);
        Self { client: Client::from_conf(config.build()), from, configuration_set }
    }

    /// Sends `message`. SES repeats `tags` in its feedback and shows them to operators, so pass only
    /// ids. They may have ASCII letters, digits, `_` and `-`.
    pub async fn send(
        &self,
        message: &Message,
        tags: &[(&str, &str)],
    ) -> Result<MessageId, SendError> {
        let tags: Result<Vec<_>, _> =
            tags.iter().map(|(name, value)| message_tag(name, value)).collect();
        let reply_to = message.reply_to.as_ref().map(|address| vec![address.delivery_address()]);
        let call = self
            .client
            .send_email()
            .from_email_address(self.from.header(message.clinic.as_deref()))
            .destination(Destination::builder().to_addresses(message.to.delivery_address()).build())
            .set_reply_to_addresses(reply_to)
            .content(content(message).map_err(|error| build_failure(&error))?)
            .set_configuration_set_name(self.configuration_set.clone())
            .set_email_tags(Some(tags.map_err(|error| build_failure(&error))?))
            .send();
        let answer = telemetry::time_call(CalledService::Ses, "SendEmail", call).await;
        let answer = answer.map_err(|error| SendError::from_sdk(&error))?;
        // SES always returns an id. If it didn't, the email would be sent already, and an error here
        // would send it twice.
        Ok(MessageId(answer.message_id.unwrap_or_default()))
    }
}

fn content(message: &Message) -> Result<EmailContent, BuildError> {
    let body = Body::builder().html(utf8(&message.html)?).text(utf8(&message.text)?).build();
    let simple = ses::Message::builder().subject(utf8(&message.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(simple).build())
}

fn utf8(text: &str) -> Result<Content, BuildError> {
    Content::builder().data(text).charset("UTF-8").build()
}

fn message_tag(name: &str, value: &str) -> Result<MessageTag, BuildError> {
    MessageTag::builder().name(name).value(value).build()
}

fn build_failure(error: &BuildError) -> SendError {
    SendError::Unavailable { reason: error.to_string() }
}
