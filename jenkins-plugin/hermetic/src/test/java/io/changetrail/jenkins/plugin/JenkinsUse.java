// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.plugin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** What compiled classes use of Jenkins, and what they declare. */
final class JenkinsUse {
  /** A use of a member, and by which class. */
  record Member(String by, String owner, String name, String descriptor, boolean isStatic) {}

  /** A compiled class. */
  record Compiled(
      String name,
      @Nullable String superclass,
      List<String> interfaces,
      boolean isAbstract,
      Set<String> methods,
      boolean isOptional) {}

  private static final List<String> NOT_JENKINS =
      List.of(
          "java/",
          "javax/",
          "io/changetrail/",
          "com/fasterxml/",
          "okhttp3/",
          "okio/",
          "kotlin/",
          "org/jspecify/",
          "org/w3c/dom/",
          "org/xml/sax/",
          "net/sf/json/",
          "jakarta/",
          "org/kohsuke/args4j/",
          "org/springframework/security/");

  final Map<String, Compiled> classes = new LinkedHashMap<>();
  final Set<Member> members = new java.util.LinkedHashSet<>();
  final Map<String, Set<String>> types = new LinkedHashMap<>();

  static boolean isJenkins(String internalName) {
    return NOT_JENKINS.stream().noneMatch(internalName::startsWith);
  }

  /** Reads all classes below a folder. */
  static JenkinsUse of(Path folder) throws IOException {
    JenkinsUse use = new JenkinsUse();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(file -> file.toString().endsWith(".class"))
          .sorted()
          .forEach(
              file -> {
                try {
                  use.read(Files.readAllBytes(file));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    return use;
  }

  private void read(byte[] bytes) {
    new ClassReader(bytes).accept(new Reading(), ClassReader.SKIP_FRAMES);
  }

  private void uses(String by, Type type) {
    switch (type.getSort()) {
      case Type.ARRAY -> uses(by, type.getElementType());
      case Type.OBJECT -> uses(by, type.getInternalName());
      case Type.METHOD -> {
        uses(by, type.getReturnType());
        Stream.of(type.getArgumentTypes()).forEach(each -> uses(by, each));
      }
      default -> {
        // a primitive
      }
    }
  }

  private void uses(String by, String internalName) {
    String name = internalName.replaceAll("^\\[+L?|;$", "");
    if (isJenkins(name) && name.contains("/")) {
      types.computeIfAbsent(by, each -> new TreeSet<>()).add(name);
    }
  }

  private final class Reading extends ClassVisitor {
    private String name = "";
    private @Nullable String superclass;
    private List<String> interfaces = List.of();
    private boolean isAbstract;
    private boolean isOptional;
    private final Set<String> methods = new TreeSet<>();

    Reading() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visit(
        int version,
        int access,
        String className,
        String signature,
        String above,
        String[] implemented) {
      name = className;
      superclass = above;
      interfaces = List.of(implemented);
      isAbstract = (access & Opcodes.ACC_ABSTRACT) != 0;
      uses(name, above);
      interfaces.forEach(each -> uses(name, each));
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
      uses(name, Type.getType(descriptor));
      return !descriptor.equals("Lhudson/Extension;")
          ? null
          : new AnnotationVisitor(Opcodes.ASM9) {
            @Override
            public void visit(String key, Object value) {
              isOptional |= key.equals("optional") && Boolean.TRUE.equals(value);
            }
          };
    }

    @Override
    public @Nullable FieldVisitor visitField(
        int access, String field, String descriptor, String signature, Object value) {
      uses(name, Type.getType(descriptor));
      return null;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String method, String descriptor, String signature, String[] exceptions) {
      methods.add(method + " " + descriptor);
      uses(name, Type.getMethodType(descriptor));
      return new Body();
    }

    @Override
    public void visitEnd() {
      classes.put(
          name,
          new Compiled(
              name, superclass, new ArrayList<>(interfaces), isAbstract, methods, isOptional));
    }

    private final class Body extends MethodVisitor {
      Body() {
        super(Opcodes.ASM9);
      }

      private void member(String owner, String member, String descriptor, boolean isStatic) {
        if (isJenkins(owner) && !owner.startsWith("[")) {
          members.add(new Member(name, owner, member, descriptor, isStatic));
        }
        uses(name, owner);
        uses(name, Type.getType(descriptor));
      }

      @Override
      public void visitMethodInsn(
          int opcode, String owner, String method, String descriptor, boolean isInterface) {
        member(owner, method, descriptor, opcode == Opcodes.INVOKESTATIC);
      }

      @Override
      public void visitFieldInsn(int opcode, String owner, String field, String descriptor) {
        member(
            owner, field, descriptor, opcode == Opcodes.GETSTATIC || opcode == Opcodes.PUTSTATIC);
      }

      @Override
      public void visitTypeInsn(int opcode, String type) {
        uses(name, type);
      }

      @Override
      public void visitLdcInsn(Object value) {
        if (value instanceof Type type) {
          uses(name, type);
        }
      }

      @Override
      public void visitInvokeDynamicInsn(
          String method, String descriptor, Handle bootstrap, Object... arguments) {
        uses(name, Type.getMethodType(descriptor));
        for (Object argument : arguments) {
          if (argument instanceof Handle handle) {
            member(
                handle.getOwner(),
                handle.getName(),
                handle.getDesc(),
                handle.getTag() == Opcodes.H_INVOKESTATIC);
          } else if (argument instanceof Type type) {
            uses(name, type);
          }
        }
      }

      @Override
      public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
        uses(name, Type.getType(descriptor));
        return null;
      }

      @Override
      public @Nullable AnnotationVisitor visitParameterAnnotation(
          int parameter, String descriptor, boolean visible) {
        uses(name, Type.getType(descriptor));
        return null;
      }
    }
  }
}
