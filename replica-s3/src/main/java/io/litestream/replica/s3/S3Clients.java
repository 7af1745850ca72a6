package io.litestream.replica.s3;

import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.scheme.AuthSchemeOption;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeProvider;

/** Sets the vendor's library up to speak to a store in the way it wants to be spoken to. */
final class S3Clients {

  private static final Region WHERE_TO_ASK = Region.US_EAST_1;

  private S3Clients() {}

  static S3Client open(
      S3Settings settings, Deadlines deadlines, SdkHttpClient http, SharedConnections connections) {
    S3Place place = settings.place();
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(http)
            .credentialsProvider(credentials(settings, connections))
            .forcePathStyle(place.pathStyle())
            .overrideConfiguration(override(place, deadlines, connections.clock()));
    place.endpoint().ifPresent(builder::endpointOverride);
    setRegion(builder, place);
    if (place.signPayload()) {
      builder.authSchemeProvider(signingPayloads());
    }
    builder.serviceConfiguration(
        configuration ->
            configuration
                // An answer to wait for before each upload; what is refused is refused anyway.
                .expectContinueEnabled(false)
                .chunkedEncodingEnabled(place.vendor().isAmazon()));
    if (!place.vendor().isAmazon()) {
      builder
          .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
          .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    }
    if (place.vendor().wantsContentMd5()) {
      builder.addPlugin(LegacyMd5Plugin.create());
    }
    return builder.build();
  }

  private static AwsCredentialsProvider credentials(
      S3Settings settings, SharedConnections connections) {
    return settings
        .keys()
        .<AwsCredentialsProvider>map(
            keys ->
                StaticCredentialsProvider.create(
                    keys.sessionToken().isPresent()
                        ? AwsSessionCredentials.create(
                            keys.id(), keys.secret(), keys.sessionToken().get())
                        : AwsBasicCredentials.create(keys.id(), keys.secret())))
        .orElseGet(connections::foundCredentials);
  }

  /**
   * Where no region is known, the store itself tells it: the first request goes to one that is
   * wrong perhaps, and the answer names the right one, for all that follow.
   */
  private static void setRegion(S3ClientBuilder builder, S3Place place) {
    if (place.region().isPresent()) {
      builder.region(Region.of(place.region().get()));
      return;
    }
    // Not the library's whole chain: outside Amazon's machines it would wait for their metadata.
    Region region = fromEnvironment();
    builder.region(region == null ? WHERE_TO_ASK : region).crossRegionAccessEnabled(true);
  }

  private static @Nullable Region fromEnvironment() {
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
          .getRegion();
    } catch (SdkClientException e) {
      return null;
    }
  }

  private static ClientOverrideConfiguration override(
      S3Place place, Deadlines deadlines, ScheduledExecutorService clock) {
    var override =
        ClientOverrideConfiguration.builder()
            .retryStrategy(
                AwsRetryStrategy.standardRetryStrategy().toBuilder()
                    .maxAttempts(deadlines.attempts())
                    .build())
            .apiCallAttemptTimeout(deadlines.attempt(0))
            .apiCallTimeout(deadlines.call(0))
            .scheduledExecutorService(clock)
            .addExecutionInterceptor(new SentCount());
    if (place.vendor().wantsConsistencyHeader()) {
      override.putHeader("X-Tigris-Consistent", "true");
    }
    return override.build();
  }

  /** Over TLS the library leaves the bytes out of the signature unless it is told otherwise. */
  private static S3AuthSchemeProvider signingPayloads() {
    S3AuthSchemeProvider schemes = S3AuthSchemeProvider.defaultProvider();
    return parameters -> {
      List<AuthSchemeOption> options = schemes.resolveAuthScheme(parameters);
      return options.stream()
          .map(
              option ->
                  option.toBuilder()
                      .putSignerProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, true)
                      .build())
          .toList();
    };
  }
}
