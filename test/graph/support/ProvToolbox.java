import org.openprovenance.prov.interop.InteropFramework;
import org.openprovenance.prov.model.Document;
import org.openprovenance.prov.model.QualifiedName;
import org.openprovenance.prov.validation.Config;
import org.openprovenance.prov.validation.ObjectMaker;
import org.openprovenance.prov.validation.Unknown;
import org.openprovenance.prov.validation.Validate;
import org.openprovenance.prov.validation.VarQName;
import org.openprovenance.prov.validation.report.ValidationReport;

/** Reads documents with ProvToolbox and checks them: says of each file, by a line, how many statements it has and what is wrong. */
class ProvToolbox {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      InteropFramework framework = new InteropFramework();
      Document document = framework.readDocumentFromFile(file);
      int statements = document.getStatementOrBundle().size();
      Config everyRule = Config.newYesToAllConfig(framework.getFactory(), new Names());
      System.out.println(file + " " + statements + faults(new Validate(everyRule).validate(document)));
    }
  }

  static String faults(ValidationReport report) {
    String said = "";
    if (!report.getCycle().isEmpty()) said += " cycle";
    if (!report.getFailedMerge().isEmpty()) said += " failed-merge";
    if (!report.getQualifiedNameMismatch().isEmpty()) said += " name-mismatch";
    if (!report.getTypeOverlap().isEmpty()) said += " type-overlap";
    if (report.getTypeReport() != null) said += " type";
    if (report.getSpecializationReport() != null) said += " specialization";
    if (report.getMalformedStatements() != null) said += " malformed";
    return said;
  }

  /** Names for what a document leaves open. */
  static class Names implements ObjectMaker {
    static class Name extends org.openprovenance.prov.vanilla.QualifiedName implements VarQName, Unknown {
      Name(String namespace, String local, String prefix) {
        super(namespace, local, prefix);
      }
    }

    public VarQName makeVarQName(String namespace, String local, String prefix) {
      return new Name(namespace, local, prefix);
    }

    public VarQName makeVarQName(QualifiedName name) {
      return new Name(name.getNamespaceURI(), name.getLocalPart(), name.getPrefix());
    }

    public Unknown makeUnknown(String namespace, String prefix) {
      return new Name(namespace, "unknown", prefix);
    }
  }
}
