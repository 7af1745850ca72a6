package io.litestream.replica.sftp;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import org.apache.sshd.common.config.keys.PrivateKeyEntryDecoder;
import org.apache.sshd.common.config.keys.PublicKeyEntryDecoder;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.security.eddsa.generic.EdDSASupport;
import org.apache.sshd.common.util.security.eddsa.generic.GenericEd25519PublicKeyDecoder;
import org.apache.sshd.common.util.security.eddsa.generic.GenericOpenSSHEd25519PrivateKeyEntryDecoder;
import org.apache.sshd.common.util.security.eddsa.generic.GenericSignatureEd25519;

/**
 * Ed25519, the usual kind of SSH key, by the JDK's own means. The SSH library knows it by way of
 * two other libraries only, of which one is large and one is no longer maintained. Encodings: RFC
 * 8032, section 5.1.2, and RFC 8709.
 */
final class JdkEd25519 implements EdDSASupport<EdECPublicKey, EdECPrivateKey> {

  private static final String ALGORITHM = "Ed25519";
  private static final int LENGTH = 32;

  @Override
  public PublicKeyEntryDecoder<EdECPublicKey, EdECPrivateKey> getEDDSAPublicKeyEntryDecoder() {
    return new GenericEd25519PublicKeyDecoder<>(EdECPublicKey.class, EdECPrivateKey.class, this);
  }

  @Override
  public PrivateKeyEntryDecoder<EdECPublicKey, EdECPrivateKey>
      getOpenSSHEDDSAPrivateKeyEntryDecoder() {
    return new GenericOpenSSHEd25519PrivateKeyEntryDecoder<>(
        EdECPublicKey.class, EdECPrivateKey.class, this);
  }

  @Override
  public Signature getEDDSASigner() {
    return new GenericSignatureEd25519(ALGORITHM);
  }

  @Override
  public int getEDDSAKeySize(Key key) {
    return key instanceof EdECKey ? KEY_SIZE : -1;
  }

  @Override
  public Class<EdECPublicKey> getEDDSAPublicKeyType() {
    return EdECPublicKey.class;
  }

  @Override
  public Class<EdECPrivateKey> getEDDSAPrivateKeyType() {
    return EdECPrivateKey.class;
  }

  @Override
  public boolean compareEDDSAPPublicKeys(PublicKey a, PublicKey b) {
    return a instanceof EdECPublicKey first
        && b instanceof EdECPublicKey second
        && Arrays.equals(getPublicKeyData(first), getPublicKeyData(second));
  }

  @Override
  public boolean compareEDDSAPrivateKeys(PrivateKey a, PrivateKey b) {
    return a instanceof EdECPrivateKey first
        && b instanceof EdECPrivateKey second
        && Arrays.equals(getPrivateKeyData(first), getPrivateKeyData(second));
  }

  /**
   * The JDK computes a public key only where it makes a pair: it is given the private one to draw.
   */
  @Override
  public EdECPublicKey recoverEDDSAPublicKey(PrivateKey key) throws GeneralSecurityException {
    if (!(key instanceof EdECPrivateKey known)) {
      throw new InvalidKeyException("not an Ed25519 key");
    }
    KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
    generator.initialize(NamedParameterSpec.ED25519, new Drawn(getPrivateKeyData(known)));
    return (EdECPublicKey) generator.generateKeyPair().getPublic();
  }

  /** A draw whose outcome is known. */
  private static final class Drawn extends SecureRandom {

    private static final long serialVersionUID = 1L;

    private final byte[] outcome;

    Drawn(byte[] outcome) {
      this.outcome = outcome;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(outcome, 0, bytes, 0, bytes.length);
    }
  }

  /** The y coordinate, the least significant byte first; the topmost bit is the parity of x. */
  @Override
  public EdECPublicKey generateEDDSAPublicKey(byte[] encoded) throws GeneralSecurityException {
    if (encoded.length != LENGTH) {
      throw new InvalidKeyException("an Ed25519 key has 32 bytes, not " + encoded.length);
    }
    byte[] y = reversed(encoded);
    boolean xIsOdd = (y[0] & 0x80) != 0;
    y[0] &= 0x7f;
    var point = new EdECPoint(xIsOdd, new BigInteger(1, y));
    return (EdECPublicKey)
        KeyFactory.getInstance(ALGORITHM)
            .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
  }

  @Override
  public EdECPrivateKey generateEDDSAPrivateKey(byte[] seed) throws GeneralSecurityException {
    return (EdECPrivateKey)
        KeyFactory.getInstance(ALGORITHM)
            .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
  }

  @Override
  public <B extends Buffer> B putRawEDDSAPublicKey(B buffer, PublicKey key) {
    buffer.putBytes(getPublicKeyData((EdECPublicKey) key));
    return buffer;
  }

  /** For agents, which are not asked. */
  @Override
  public <B extends Buffer> B putEDDSAKeyPair(B buffer, PublicKey key, PrivateKey secret) {
    throw new UnsupportedOperationException("an Ed25519 key is not handed to an agent");
  }

  @Override
  public KeySpec createPublicKeySpec(EdECPublicKey key) {
    return new EdECPublicKeySpec(NamedParameterSpec.ED25519, key.getPoint());
  }

  @Override
  public KeySpec createPrivateKeySpec(EdECPrivateKey key) {
    return new EdECPrivateKeySpec(NamedParameterSpec.ED25519, getPrivateKeyData(key));
  }

  @Override
  public byte[] getPublicKeyData(EdECPublicKey key) {
    byte[] y = key.getPoint().getY().toByteArray();
    byte[] padded = new byte[LENGTH];
    System.arraycopy(y, 0, padded, LENGTH - y.length, y.length);
    if (key.getPoint().isXOdd()) {
      padded[0] |= (byte) 0x80;
    }
    return reversed(padded);
  }

  @Override
  public byte[] getPrivateKeyData(EdECPrivateKey key) {
    return key.getBytes().orElseThrow();
  }

  @Override
  public String getKeyFactoryAlgorithm() {
    return ALGORITHM;
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }
}
