// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.RedactedValue;
import java.io.IOException;
import java.io.StringReader;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * One of Jenkins' XML files as a tree that can be compared: an element with others in it becomes an
 * object, one that is there several times an array, and any other its text. Of secrets that Jenkins
 * has encrypted something else is taken, since the same one may be encrypted anew at a save.
 */
public final class ConfigXml {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** The form of Jenkins' encrypted secrets. */
  private static final Pattern ENCRYPTED = Pattern.compile("\\{[A-Za-z0-9+/]{16,}={0,2}}");

  private static final int DEEPEST = 100;

  private final UnaryOperator<String> secret;

  private ConfigXml(UnaryOperator<String> secret) {
    this.secret = secret;
  }

  /** Credentials that lie in the configuration of a folder. */
  private static final Pattern CREDENTIALS = Pattern.compile(".*FolderCredentialsProp.*");

  /**
   * The tree of a file, in which all encrypted secrets are alike.
   *
   * @throws IOException if it is not XML
   */
  public static JsonNode parse(String xml) throws IOException {
    return parse(xml, encrypted -> RedactedValue.UNKEYED);
  }

  /**
   * The tree of a file.
   *
   * @param secret what stands for an encrypted secret, given as it is in the file
   * @throws IOException if it is not XML
   */
  public static JsonNode parse(String xml, UnaryOperator<String> secret) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setExpandEntityReferences(false);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new Quiet());
      return new ConfigXml(secret)
          .content(builder.parse(new InputSource(new StringReader(xml))).getDocumentElement(), 0);
    } catch (SAXException | ParserConfigurationException e) {
      // Without its message, which might show a piece of the file.
      throw new IOException("not a configuration file in XML", e);
    }
  }

  /**
   * The same without anything but what names the credentials in it, and the hashes of their
   * secrets: that one has another secret is a change, whatever it is.
   */
  public static JsonNode credentialNames(JsonNode tree) {
    ArrayNode names = JSON.arrayNode();
    collectNames("", tree, names);
    return names;
  }

  private static void collectNames(String type, JsonNode tree, ArrayNode names) {
    if (tree.path("id").isTextual()) {
      ObjectNode name = names.addObject().put("name", tree.get("id").asText()).put("type", type);
      if (tree.path("description").isTextual()) {
        name.put("description", tree.get("description").asText());
      }
      tree.properties()
          .forEach(
              field -> {
                if (RedactedValue.is(field.getValue().asText())
                    && !field.getValue().asText().equals(RedactedValue.UNKEYED)) {
                  name.set(field.getKey(), field.getValue());
                }
              });
    } else if (tree.isArray()) {
      tree.forEach(each -> collectNames(type, each, names));
    } else {
      tree.properties().forEach(each -> collectNames(each.getKey(), each.getValue(), names));
    }
  }

  private JsonNode content(Element element, int depth) {
    ObjectNode object = JSON.objectNode();
    NamedNodeMap attributes = element.getAttributes();
    for (int i = 0; i < attributes.getLength(); i++) {
      // The version of the plugin that wrote it changes with each update, and says nothing here.
      if (!attributes.item(i).getNodeName().equals("plugin")) {
        object.put("@" + attributes.item(i).getNodeName(), attributes.item(i).getNodeValue());
      }
    }
    StringBuilder text = new StringBuilder();
    for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child instanceof Element nested && depth < DEEPEST) {
        JsonNode content = content(nested, depth + 1);
        if (CREDENTIALS.matcher(nested.getNodeName()).matches()) {
          // Under a name that does not look like that of a secret.
          add(object, "named", credentialNames(content));
        } else {
          add(object, nested.getNodeName(), content);
        }
      } else if (child.getNodeType() == Node.TEXT_NODE
          || child.getNodeType() == Node.CDATA_SECTION_NODE) {
        text.append(child.getNodeValue());
      }
    }
    if (!object.isEmpty()) {
      if (!text.toString().isBlank()) {
        object.set("#text", text(text.toString()));
      }
      return object;
    }
    return text(text.toString());
  }

  private static void add(ObjectNode object, String name, JsonNode value) {
    JsonNode there = object.get(name);
    if (there == null) {
      object.set(name, value);
    } else if (there instanceof ArrayNode several) {
      several.add(value);
    } else {
      object.set(name, JSON.arrayNode().add(there).add(value));
    }
  }

  private JsonNode text(String text) {
    return TextNode.valueOf(
        ENCRYPTED
            .matcher(text)
            .replaceAll(found -> Matcher.quoteReplacement(secret.apply(found.group())))
            .strip());
  }

  /** The usual one writes to the console. */
  private static final class Quiet implements ErrorHandler {
    @Override
    public void warning(SAXParseException exception) {
      // not of any use to anybody
    }

    @Override
    public void error(SAXParseException exception) throws SAXException {
      throw exception;
    }

    @Override
    public void fatalError(SAXParseException exception) throws SAXException {
      throw exception;
    }
  }
}
