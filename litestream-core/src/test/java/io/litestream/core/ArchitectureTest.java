package io.litestream.core;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.litestream.spi.ReplicaStore;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The walls inside the core, and between it and what is around it. */
class ArchitectureTest {

  private static final String[] PURE = {
    "io.litestream.core.wal..",
    "io.litestream.core.position..",
    "io.litestream.core.layout..",
    "io.litestream.core.lease.."
  };

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("io.litestream.core", "io.litestream.spi");

  /** What a value or a decision may be made of; everything else is an effect. */
  private static final DescribedPredicate<JavaClass> PURE_JDK =
      resideInAnyPackage(
              "java.lang",
              "java.lang.annotation",
              "java.lang.invoke",
              "java.lang.runtime",
              "java.math",
              "java.nio",
              "java.nio.charset",
              "java.time",
              "java.time.format",
              "java.time.temporal",
              "java.util",
              "java.util.function",
              "java.util.regex",
              "java.util.stream")
          .or(belongToAnyOf(TimeUnit.class))
          .and(
              DescribedPredicate.not(
                  belongToAnyOf(
                      Clock.class, Process.class, Runtime.class, System.class, Thread.class)))
          .as("values of the JDK");

  private static final DescribedPredicate<JavaClass> PRIMITIVE_OR_ARRAY =
      DescribedPredicate.describe(
          "primitives and arrays of them", type -> type.getBaseComponentType().isPrimitive());

  @Test
  void walPositionAndLayoutArePure() {
    classes()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(PURE)
                .or(resideInAPackage("org.jspecify.."))
                .or(PURE_JDK)
                .or(PRIMITIVE_OR_ARRAY))
        .because("they are tested as tables: values in, values out, no file, clock, thread or log")
        .check(MAIN);
  }

  @Test
  void plansAndDecisionsHaveNoEffects() {
    noClasses()
        .that(nameMatching(".*\\.[A-Z]\\w*(Plan|Planner|Decision|Policy)(\\$.*)?"))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.io..",
                    "java.net..",
                    "java.nio.channels..",
                    "java.sql..",
                    "java.util.concurrent..",
                    "org.slf4j..",
                    "io.litestream.core.sqlite..")
                .or(belongToAnyOf(Clock.class, System.class, Thread.class)))
        .because("a decision is made of values; who carries it out has the effects")
        .allowEmptyShould(true)
        .check(MAIN);
  }

  @Test
  void timeComesFromAClockThatIsHandedIn() {
    noClasses().should().callMethod(Instant.class, "now").check(MAIN);
    noClasses().should().callMethod(System.class, "currentTimeMillis").check(MAIN);
  }

  @Test
  void aLibraryPrintsNothing() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(MAIN);
  }

  @Test
  void onlySqliteSpeaksToSqlite() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.litestream.core.sqlite..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
        .check(MAIN);
  }

  @Test
  void onlyCodecCompresses() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.litestream.core.codec..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("net.jpountz..")
        .check(MAIN);
  }

  @Test
  void onlyAgeEncrypts() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.litestream.core.age..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.exceptionfactory.jagged..")
        .check(MAIN);
  }

  @Test
  void objectsGoThroughWhatEncryptsThem() {
    for (String step : List.of("create", "open")) {
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.litestream.core.replica..", "io.litestream.core.check..", "io.litestream.spi..")
          .should()
          .callMethodWhere(target(name(step)).and(target(owner(assignableTo(ReplicaStore.class)))))
          .because("an object written past ObjectUpload would not be encrypted")
          .check(MAIN);
    }
  }

  @Test
  void adaptersAndCommandAreUnknownToTheCore() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.litestream.replica..", "io.litestream.cli..", "io.litestream.testkit..")
        .because("adapters are found through ServiceLoader alone")
        .check(MAIN);
  }

  @Test
  void spiNeedsNothingButTheJdk() {
    classes()
        .that()
        .resideInAPackage("io.litestream.spi..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("io.litestream.spi..", "org.jspecify..", "java..")
                .or(PRIMITIVE_OR_ARRAY))
        .check(MAIN);
  }

  @Test
  void packagesOfTheCoreDependOnEachOtherOneWay() {
    slices().matching("io.litestream.core.(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void namesSayWhatAClassIs() {
    noClasses()
        .should()
        .haveNameMatching(".*(Utils?|Helpers?|Manager|Common|Base)")
        .because("such names take in anything")
        .check(MAIN);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> unmarked = new TreeSet<>();
    for (JavaClass type : MAIN) {
      JavaPackage home = type.getPackage();
      if (!home.isAnnotatedWith(NullMarked.class)) {
        unmarked.add(home.getName());
      }
    }
    assertThat(unmarked).isEmpty();
  }
}
