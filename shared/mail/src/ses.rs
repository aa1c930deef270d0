//! Amazon SES v2.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{self as ses, Body, Content, Destination, EmailContent, MessageTag};
use domain::person::email::Email;
use telemetry::CalledService;

use crate::error::SendError;
use crate::message::Message;
use crate::sender::Sender;

#[cfg(test)]
mod tests;

/// What SES calls a mail that it took; its feedback events carry the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageId(String);

impl MessageId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Sends mails through Amazon SES.
#[derive(Clone, Debug)]
pub struct Ses {
    client: Client,
    from: Sender,
    configuration_set: Option<String>,
}

impl Ses {
    /// Sends through `client` in the name of `from`; SES reports what becomes of a mail to the
    /// destinations of `configuration_set`.
    #[must_use]
    pub fn new(client: Client, from: Sender, configuration_set: Option<String>) -> Self {
        Self { client, from, configuration_set }
    }

    /// Sends `message`. SES repeats `tags` in its feedback and shows them to operators, so they
    /// hold ids only: ASCII letters, digits, `_` and `-`.
    pub async fn send(
        &self,
        message: &Message,
        tags: &[(&str, &str)],
    ) -> Result<MessageId, SendError> {
        let tags: Result<Vec<_>, _> = tags.iter().map(|(name, value)| tag(name, value)).collect();
        let call = self
            .client
            .send_email()
            .from_email_address(self.from.header())
            .destination(Destination::builder().to_addresses(message.to.delivery_address()).build())
            .set_reply_to_addresses(reply_to(message).map(|address| vec![address]))
            .content(content(message).map_err(|error| unbuilt(&error))?)
            .set_configuration_set_name(self.configuration_set.clone())
            .set_email_tags(Some(tags.map_err(|error| unbuilt(&error))?))
            .send();
        let answer = telemetry::timed(CalledService::Ses, "SendEmail", call).await;
        let answer = answer.map_err(|error| SendError::from_sdk(&error))?;
        // SES always names the mail. Should it not, the mail is out all the same, and an error here would send it twice.
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

fn tag(name: &str, value: &str) -> Result<MessageTag, BuildError> {
    MessageTag::builder().name(name).value(value).build()
}

fn unbuilt(error: &BuildError) -> SendError {
    SendError::Unavailable { reason: error.to_string() }
}

/// SES takes only ASCII before an `@`, and refuses the whole mail for a Reply-To that is not:
/// rather a mail that cannot be answered than none.
fn reply_to(message: &Message) -> Option<String> {
    let address = message.reply_to.as_ref().map(Email::delivery_address)?;
    if address.is_ascii() {
        return Some(address);
    }
    tracing::warn!(
        "the clinic's reply address is not ASCII before the @ and was left out of the mail"
    );
    None
}
