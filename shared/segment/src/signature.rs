//! The signature of KMS, and that of a JWS.

/// The text is not an ECDSA signature with P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an ECDSA signature with P-256")]
pub struct SignatureInvalid;

/// Turns the DER of KMS (RFC 3279 section 2.2.3) into the two numbers of a JWS (RFC 7518 section 3.4).
pub(crate) fn from_der(der: &[u8]) -> Result<[u8; 64], SignatureInvalid> {
    let (both, rest) = read_value(der, 0x30)?;
    let (r, after) = read_value(both, 0x02)?;
    let (s, end) = read_value(after, 0x02)?;
    if !rest.is_empty() || !end.is_empty() {
        return Err(SignatureInvalid);
    }
    let mut numbers = [0; 64];
    for (number, place) in [r, s].into_iter().zip(numbers.chunks_mut(32)) {
        // A number whose first bit is 1 has a zero before it.
        let digits = number.strip_prefix(&[0]).unwrap_or(number);
        let at = place.len().checked_sub(digits.len()).ok_or(SignatureInvalid)?;
        place[at..].copy_from_slice(digits);
    }
    Ok(numbers)
}

/// Returns the content of a value with this tag, and what comes after it. No part of a signature with P-256 is
/// longer than 127 bytes.
fn read_value(der: &[u8], tag: u8) -> Result<(&[u8], &[u8]), SignatureInvalid> {
    match der {
        [first, length @ 0..=127, rest @ ..] if *first == tag => {
            rest.split_at_checked(usize::from(*length)).ok_or(SignatureInvalid)
        }
        _ => Err(SignatureInvalid),
    }
}

#[cfg(test)]
pub(crate) fn to_der(numbers: &[u8; 64]) -> Vec<u8> {
    let number = |half: &[u8]| {
        let first = half.iter().position(|byte| *byte != 0).unwrap_or(31);
        let zero = if half[first] > 127 { &[0][..] } else { &[] };
        let digits = [zero, &half[first..]].concat();
        [&[2, u8::try_from(digits.len()).unwrap()][..], &digits].concat()
    };
    let both = [number(&numbers[..32]), number(&numbers[32..])].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()][..], &both].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_signature_survives_its_der(r in any::<[u8; 32]>(), s in any::<[u8; 32]>(), short in 0_usize..32) {
            let mut numbers = [0; 64];
            numbers[..32].copy_from_slice(&r);
            numbers[32..].copy_from_slice(&s);
            numbers[32..32 + short].fill(0);
            prop_assert_eq!(from_der(&to_der(&numbers)), Ok(numbers));
        }

        #[test]
        fn reading_der_never_panics(der in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = from_der(&der);
        }
    }

    #[test]
    fn other_values_are_no_signature() {
        let whole = to_der(&[7; 64]);
        let long = [&[0x30, 37, 2, 33][..], &[1; 33], &[2, 0]].concat();
        for der in [&[][..], &whole[..whole.len() - 1], &[&whole[..], &[0]].concat(), &long] {
            assert_eq!(from_der(der), Err(SignatureInvalid), "{der:?}");
        }
    }
}
