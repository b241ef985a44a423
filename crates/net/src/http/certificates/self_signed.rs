//! A certificate that a server signed itself, for tests.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

const SEQUENCE: u8 = 0x30;
/// 1.2.840.10045.4.3.2, an ECDSA signature with SHA-256.
const SIGNED: [u8; 10] = [0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// 1.2.840.10045.2.1 and 1.2.840.10045.3.1.7, a key on the curve P-256.
const KEY: [u8; 19] =
    [0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// 2.5.29.17, further names of the subject.
const ALTERNATIVE_NAME: [u8; 5] = [0x06, 3, 0x55, 0x1d, 0x11];

/// A value in DER: its tag, its length, and what it is made of.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    let mut whole = match (length, body.len()) {
        ([_, short], 0..128) => vec![tag, short],
        ([_, long], 128..256) => vec![tag, 0x81, long],
        ([high, low], _) => vec![tag, 0x82, high, low],
    };
    whole.extend(body);
    whole
}

/// A key made now and a certificate signed with it (RFC 5280, 4.1), valid until 2049 for 127.0.0.1. Nothing trusts it.
pub fn self_signed() -> (CertificateDer<'static>, PrivatePkcs8KeyDer<'static>) {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random).unwrap();
    let algorithm = der(SEQUENCE, &[&SIGNED]);
    let named = der(SEQUENCE, &[&[0x06, 3, 0x55, 4, 3], &der(0x0c, &[b"appliance.invalid"])]);
    let name = der(SEQUENCE, &[&der(0x31, &[&named])]);
    let validity = der(SEQUENCE, &[&der(0x17, &[b"240101000000Z"]), &der(0x17, &[b"490101000000Z"])]);
    let public = der(0x03, &[&[0], pair.public_key().as_ref()]);
    let public = der(SEQUENCE, &[&der(SEQUENCE, &[&KEY]), &public]);
    let version = der(0xa0, &[&[0x02, 1, 2]]);
    let serial = [0x02, 1, 1];
    let addresses = der(0x04, &[&der(SEQUENCE, &[&der(0x87, &[&[127, 0, 0, 1]])])]);
    let extensions = der(0xa3, &[&der(SEQUENCE, &[&der(SEQUENCE, &[&ALTERNATIVE_NAME, &addresses])])]);
    let body = der(SEQUENCE, &[&version, &serial, &algorithm, &name, &validity, &name, &public, &extensions]);
    let signature = pair.sign(&random, &body).unwrap();
    let signature = der(0x03, &[&[0], signature.as_ref()]);
    let certificate = der(SEQUENCE, &[&body, &algorithm, &signature]);
    (certificate.into(), PrivatePkcs8KeyDer::from(key.as_ref().to_vec()))
}
