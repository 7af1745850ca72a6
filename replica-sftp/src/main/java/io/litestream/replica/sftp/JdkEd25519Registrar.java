package io.litestream.replica.sftp;

import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.Optional;
import org.apache.sshd.common.util.security.AbstractSecurityProviderRegistrar;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.common.util.security.eddsa.generic.EdDSASupport;

/** Tells the SSH library of {@link JdkEd25519}, under the name that the JDK's provider has. */
final class JdkEd25519Registrar extends AbstractSecurityProviderRegistrar {

  private JdkEd25519Registrar() {
    super("SunEC");
  }

  /**
   * To be called before anything else of the library is: it looks only once for what there is. Does
   * nothing where the library finds another implementation, which an application may have brought.
   */
  static void register() {
    if (!SecurityUtils.isEDDSACurveSupported()) {
      SecurityUtils.registerSecurityProvider(new JdkEd25519Registrar());
    }
  }

  @Override
  public boolean isSupported() {
    return getSecurityProvider() != null;
  }

  @Override
  public Provider getSecurityProvider() {
    return Security.getProvider(getName());
  }

  @Override
  public boolean isSecurityEntitySupported(Class<?> type, String name) {
    return (type == KeyFactory.class || type == KeyPairGenerator.class || type == Signature.class)
        && name.equals("Ed25519");
  }

  @Override
  public Optional<EdDSASupport<?, ?>> getEdDSASupport() {
    return Optional.of(new JdkEd25519());
  }
}
